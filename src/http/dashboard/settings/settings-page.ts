import type { FlagRecord } from '../../../store/store.ts';
import type { BothChanges } from '../audit/both-changes.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import { flagTabs } from '../flag/flag-tabs.ts';
import type { TargetingReview } from '../targeting/targeting-page.ts';
import { servedVariation, type ShownVariation, valueText } from '../text/value-text.ts';
import type { SettingsDraft } from './settings-draft.ts';

/** The form that edits a flag's variations, prerequisites, description, tags and which SDKs can read it. */
export interface SettingsPage {
  readonly key: string;
  readonly tabs: readonly Link[];
  readonly action: string;
  readonly deleteHref: string;
  readonly version: number;
  readonly draft: SettingsDraft;
  readonly comment: string;
  readonly colours: readonly ShownVariation['colour'][];
  readonly flags: readonly string[];
  /** The variations of each flag that the draft names as a prerequisite. */
  readonly choices: readonly (readonly string[])[];
  readonly problems: readonly string[];
  readonly review: TargetingReview | undefined;
  readonly conflict: BothChanges | undefined;
}

export type SettingsState = Partial<Pick<SettingsPage, 'comment' | 'problems' | 'review' | 'conflict'>>;

export function settingsPage(
  scope: DashboardScope,
  { key, version, definition }: FlagRecord,
  draft: SettingsDraft,
  { comment = '', problems = [], review, conflict }: SettingsState = {},
): SettingsPage {
  const { flags } = scope.snapshot;
  return {
    key,
    tabs: flagTabs(scope, key, 'settings'),
    action: scope.flagHref(key, '/settings'),
    deleteHref: scope.flagHref(key, '/delete'),
    version,
    draft,
    comment,
    colours: draft.variations.map((_, index) => servedVariation(definition, index).colour),
    flags: [...flags.keys()].filter((other) => other !== key),
    choices: draft.prerequisites.map((prerequisite) =>
      (flags.get(prerequisite.key)?.definition.variations ?? []).map(valueText),
    ),
    problems,
    review,
    conflict,
  };
}
