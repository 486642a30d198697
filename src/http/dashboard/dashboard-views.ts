import type { ReleasePage } from './release/release-page.ts';
import type { ReleasePlanPage } from './release/plan-page.ts';
import type { Assets } from '../html/assets.ts';
import { type Frame, frameOf } from '../html/frame.ts';
import type { ChangeList } from './audit/change-list.ts';
import type { CodeSnippet } from './flag/code-snippets.ts';
import type { FlagCard } from './flag/flag-card.ts';
import type { FlagsPage } from './flags/flags-page.ts';
import type { KeysPage } from './keys/keys-page.ts';
import type { TargetingPage } from './targeting/targeting-page.ts';
import type { ChangeDetailsPage } from './audit/change-details.ts';
import type { AuditPage } from './audit/audit-page.ts';
import type { ComparePage } from './environments/compare-page.ts';
import type { EnvironmentsPage } from './environments/environments-page.ts';
import type { HistoryPage } from './flag/history-page.ts';
import type { SchedulesPage } from './schedules/schedules-page.ts';
import type { LivePage } from './live/live-page.ts';
import type { SettingsPage } from './settings/settings-page.ts';
import type { FindPage } from './find/find-page.ts';
import type { ExperimentPage } from './experiment/experiment-page.ts';
import type { SegmentPage, SegmentsPage } from './segments/segment-pages.ts';
import type { WebhookPage, WebhooksPage } from './webhooks/webhook-pages.ts';
import type { ConfigurationGroup } from './configuration/configuration.ts';
import type { ImportPage } from './transfer/import-page.ts';
import type { TransferPage } from './transfer/manage-transfer.ts';
import type { WhoPage } from './who/who-page.ts';
import type { Moment } from './text/moment.ts';

/** What surrounds every page of the dashboard. */
export interface DashboardFrame {
  readonly frame: Frame;
  readonly csrf: string;
  /** Undefined with AUTH=off, where there is no login. */
  readonly user: { readonly name: string; readonly role: string } | undefined;
  readonly mayChange: boolean;
  readonly mayAdminister: boolean;
  /** The environments to choose from; empty when there is but one. */
  readonly environments: readonly Link[];
  /** The pages of the dashboard. */
  readonly pages: readonly Link[];
  /** The environment's list of flags. */
  readonly home: string;
  /** The page itself, for forms that lead back to it. */
  readonly here: string;
  /** The page's event stream. */
  readonly events: string;
  /** Of the snapshot that the page shows, so that the page knows whether it missed a change. */
  readonly sequence: number;
  /** Whether the page is about flags of LaunchDarkly, which only it can change. */
  readonly isLaunchDarkly: boolean;
  readonly banner: Banner | undefined;
  readonly flash: string | undefined;
  readonly alert: Alert | undefined;
}

export interface Link {
  readonly name: string;
  readonly href: string;
  readonly current: boolean;
}

export interface Banner {
  readonly title: string;
  readonly text: string;
  readonly link?: Omit<Link, 'current'>;
}

/** What did not work, and what to do about it. */
export interface Alert {
  readonly title: string;
  readonly text: string;
  /** A form that sends the same once more, on what is there now. */
  readonly again?:
    | {
        readonly action: string;
        readonly label: string;
        readonly fields: readonly { readonly name: string; readonly value: string }[];
      }
    | undefined;
}

export interface FlagPage {
  readonly tabs: readonly Link[];
  readonly card: FlagCard;
  readonly facts: readonly { readonly name: string; readonly value: string; readonly moment?: Moment }[];
  /** Which client-side SDKs see the flag, in a sentence. */
  readonly clientSide: { readonly text: string; readonly isSeenByAll: boolean };
  readonly json: string;
  readonly deleteHref: string;
  readonly log: ChangeList;
}

export interface CodePage {
  readonly key: string;
  readonly tabs: readonly Link[];
  /** Which programs do not receive the flag. */
  readonly notes: readonly string[];
  readonly snippets: readonly CodeSnippet[];
}

export interface NewFlagPage {
  readonly action: string;
  readonly key: string;
  readonly description: string;
  readonly error: { readonly field: 'key' | 'description'; readonly text: string } | undefined;
}

export interface DeleteFlagPage {
  readonly key: string;
  readonly version: number;
  readonly action: string;
  readonly flagHref: string;
  /** The flags whose prerequisite it is. */
  readonly neededBy: readonly { readonly key: string; readonly href: string }[];
  /** Whether the project has other environments, where it is deleted as well. */
  readonly everywhere: boolean;
}

/** The pages by the names of their views, each without its frame. */
export interface DashboardModels {
  readonly 'dashboard-flags': FlagsPage;
  readonly 'dashboard-flag': FlagPage;
  readonly 'dashboard-audit': AuditPage;
  readonly 'dashboard-who': WhoPage;
  readonly 'dashboard-code': CodePage;
  readonly 'dashboard-release': ReleasePage;
  readonly 'dashboard-release-plan': ReleasePlanPage;
  readonly 'dashboard-targeting': TargetingPage;
  readonly 'dashboard-new-flag': NewFlagPage;
  readonly 'dashboard-delete': DeleteFlagPage;
  readonly 'dashboard-keys': KeysPage;
  readonly 'dashboard-webhooks': WebhooksPage;
  readonly 'dashboard-webhook': WebhookPage;
  readonly 'dashboard-segments': SegmentsPage;
  readonly 'dashboard-segment': SegmentPage;
  readonly 'dashboard-schedules': SchedulesPage;
  readonly 'dashboard-change-details': ChangeDetailsPage;
  readonly 'dashboard-history': HistoryPage;
  readonly 'dashboard-live': LivePage;
  readonly 'dashboard-settings': SettingsPage;
  readonly 'dashboard-find': FindPage;
  readonly 'dashboard-experiment': ExperimentPage;
  readonly 'dashboard-environments': EnvironmentsPage;
  readonly 'dashboard-compare': ComparePage;
  readonly 'dashboard-configuration': {
    readonly groups: readonly ConfigurationGroup[];
    readonly environmentsHref: string;
  };
  readonly 'dashboard-transfer': TransferPage;
  readonly 'dashboard-import': ImportPage;
  readonly 'dashboard-deleted-flag': { readonly key: string; readonly log: ChangeList };
}

export const pageFrame = (assets: Assets, nonce: string, title: string): Frame =>
  frameOf(assets, nonce, title, {
    styles: ['dashboard.css', 'flag-card.css', 'flag-list.css', 'targeting.css', 'manage.css', 'release.css'],
    scripts: ['dashboard.js', 'palette.js', 'rule-drag.js', 'clause-chips.js'],
  });
