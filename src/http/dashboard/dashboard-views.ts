import type { Assets } from '../html/assets.ts';
import { type Frame, frameOf } from '../html/frame.ts';
import type { ChangeLine } from './change-line.ts';
import type { FlagStrip } from './flag-card.ts';
import type { Moment } from './text/moment.ts';

/** What stands around the pages of the desk. */
export interface DeskFrame {
  readonly frame: Frame;
  readonly csrf: string;
  /** Undefined with AUTH=off, where nobody logs in. */
  readonly who: { readonly name: string; readonly role: string } | undefined;
  readonly mayChange: boolean;
  /** The environments to choose from; empty when there is but one. */
  readonly environments: readonly {
    readonly name: string;
    readonly href: string;
    readonly current: boolean;
  }[];
  /** Of the environment's desk. */
  readonly home: string;
  /** The page itself, for forms that lead back to it. */
  readonly here: string;
  /** Where its changes are told. */
  readonly events: string;
  /** Of what is shown, so that the page knows whether it missed something. */
  readonly sequence: number;
  readonly banner: Banner | undefined;
  readonly flash: string | undefined;
  readonly alert: Alert | undefined;
}

export interface Banner {
  readonly title: string;
  readonly text: string;
}

/** What did not work, and what to do about it. */
export interface Alert {
  readonly title: string;
  readonly text: string;
  /** A form that sends the same once more, on what is there now. */
  readonly again:
    | {
        readonly action: string;
        readonly label: string;
        readonly fields: readonly { readonly name: string; readonly value: string }[];
      }
    | undefined;
}

export interface LogPart {
  /** False while the log cannot be read; flags go on from memory. */
  readonly reachable: boolean;
  readonly lines: readonly ChangeLine[];
  /** Of the earlier page; undefined on the last. */
  readonly earlier: string | undefined;
  readonly latest: string | undefined;
  readonly undoAction: string;
}

export interface DeskPage extends DeskFrame {
  readonly strips: readonly FlagStrip[];
  /** Undefined as long as there are few flags. */
  readonly search:
    | { readonly q: string; readonly count: string; readonly clear: string | undefined }
    | undefined;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly next: string | undefined;
  readonly previous: string | undefined;
  readonly newFlag: string;
  readonly log: LogPart;
}

export interface FlagPage extends DeskFrame {
  readonly strip: FlagStrip;
  readonly facts: readonly { readonly name: string; readonly value: string; readonly moment?: Moment }[];
  readonly json: string;
  readonly deleteHref: string;
  readonly log: LogPart;
}

export interface LogPage extends DeskFrame {
  readonly log: LogPart;
}

export interface NewFlagPage extends DeskFrame {
  readonly action: string;
  readonly key: string;
  readonly description: string;
  readonly error: { readonly field: 'key' | 'description'; readonly text: string } | undefined;
}

export interface DeleteFlagPage extends DeskFrame {
  readonly key: string;
  readonly version: number;
  readonly action: string;
  readonly flagHref: string;
  /** The flags that need it; it cannot go before them. */
  readonly neededBy: readonly { readonly key: string; readonly href: string }[];
  readonly everywhere: boolean;
}

export interface LoginPage {
  readonly frame: Frame;
  readonly csrf: string;
  readonly next: string;
  readonly error: string | undefined;
}

export interface DashboardViews {
  readonly [name: string]: object;
  readonly dashboard: DeskPage;
  readonly 'dashboard-flag': FlagPage;
  readonly 'dashboard-log': LogPage;
  readonly 'dashboard-new-flag': NewFlagPage;
  readonly 'dashboard-delete': DeleteFlagPage;
  readonly 'dashboard-login': LoginPage;
}

export const deskFrameOf = (assets: Assets, nonce: string, title: string): Frame =>
  frameOf(assets, nonce, title, {
    styles: ['dashboard.css', 'dashboard-channel.css'],
    scripts: ['dashboard.js'],
  });
