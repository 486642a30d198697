import type { Finding } from '../../../evaluation/lint/finding.ts';
import { lintFlag } from '../../../evaluation/lint/lint-flag.ts';
import { type Flag, OPERATORS } from '../../../evaluation/model.ts';
import type { FlagRecord, ItemRecord, Snapshot } from '../../../store/store.ts';
import type { BothChanges } from '../audit/both-changes.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import type { Link } from '../dashboard-views.ts';
import { flagTabs } from '../flag/flag-tabs.ts';
import { OPERATOR_TEXTS } from '../text/clause-text.ts';
import { type ShownVariation, servedVariation } from '../text/value-text.ts';
import type { DraftPreview } from './draft-preview.ts';
import type { TargetingDraft } from './targeting-draft.ts';

/** The form that edits who gets what. It carries the whole draft; nothing is stored before it is saved. */
export interface TargetingPage {
  readonly key: string;
  readonly href: string;
  readonly tabs: readonly Link[];
  readonly action: string;
  /** Of the flag that the draft was drawn from. */
  readonly version: number;
  readonly draft: TargetingDraft;
  readonly comment: string;
  readonly variations: readonly (ShownVariation & { readonly index: number })[];
  readonly operators: readonly { readonly op: string; readonly text: string }[];
  readonly segments: readonly string[];
  /** What must be mended before it can be saved. */
  readonly problems: readonly string[];
  readonly review: TargetingReview | undefined;
  /** The id of what has the focus when the page is shown. */
  readonly focus: string | undefined;
  readonly conflict: BothChanges | undefined;
}

export interface TargetingReview {
  readonly changes: readonly string[];
  readonly warnings: readonly string[];
  readonly preview: DraftPreview;
}

export type TargetingState = Partial<
  Pick<TargetingPage, 'comment' | 'problems' | 'review' | 'conflict' | 'focus'>
>;

export function targetingPage(
  scope: DashboardScope,
  { key, version, definition }: FlagRecord,
  draft: TargetingDraft,
  { comment = '', problems = [], review, conflict, focus }: TargetingState = {},
): TargetingPage {
  return {
    key,
    href: scope.flagHref(key),
    tabs: flagTabs(scope, key, 'targeting'),
    action: scope.flagHref(key, '/targeting'),
    version,
    draft,
    comment,
    variations: definition.variations.map((_, index) => {
      const { text, colour, share } = servedVariation(definition, index);
      return { index, text, colour, share };
    }),
    operators: OPERATORS.map((op) => ({ op, text: OPERATOR_TEXTS[op][0] })),
    segments: [...scope.snapshot.segments.keys()],
    problems,
    review,
    conflict,
    focus,
  };
}

export function lintDraft(snapshot: Snapshot, draft: Flag): readonly Finding[] {
  return lintFlag(draft, definitionsIn(snapshot));
}

/** What a definition is checked against. */
export const definitionsIn = ({ flags, segments }: Snapshot) => ({
  flags: definitionsOf(flags),
  segments: definitionsOf(segments),
});

const definitionsOf = (items: ReadonlyMap<string, ItemRecord>) =>
  Object.fromEntries([...items].map(([key, { definition }]) => [key, definition]));
