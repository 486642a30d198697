import { OPERATORS } from '../../../evaluation/model.ts';
import { neededBy } from '../../../store/changes/needed-by.ts';
import type { SegmentRecord } from '../../../store/store.ts';
import type { BothChanges } from '../audit/both-changes.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import { OPERATOR_TEXTS } from '../text/clause-text.ts';
import type { SegmentDraft } from './segment-draft.ts';

export interface SegmentsPage {
  readonly segments: readonly {
    readonly key: string;
    readonly href: string;
    readonly description: string;
    readonly included: number;
    readonly excluded: number;
    readonly rules: number;
    readonly usedBy: number;
  }[];
  readonly createAction: string;
  readonly key: string;
}

/** The form that edits a segment. */
export interface SegmentPage {
  readonly key: string;
  readonly listHref: string;
  readonly action: string;
  readonly deleteAction: string;
  readonly version: number;
  readonly draft: SegmentDraft;
  readonly problems: readonly string[];
  readonly operators: readonly { readonly op: string; readonly text: string }[];
  readonly segments: readonly string[];
  readonly usedBy: readonly { readonly key: string; readonly href: string }[];
  readonly conflict: BothChanges | undefined;
  /** What the form does not show, and keeps. */
  readonly notes: readonly string[];
}

export function segmentsPage(scope: DashboardScope, key: string): SegmentsPage {
  const { snapshot } = scope;
  return {
    segments: [...snapshot.segments.values()].map(({ key: name, description, definition }) => ({
      key: name,
      href: scope.href(`/segments/${encodeURIComponent(name)}`),
      description: description ?? '',
      included: definition.included?.length ?? 0,
      excluded: definition.excluded?.length ?? 0,
      rules: definition.rules?.length ?? 0,
      usedBy: neededBy(snapshot, 'segment', name).length,
    })),
    createAction: scope.href('/segments'),
    key,
  };
}

export function segmentPage(
  scope: DashboardScope,
  { key, version, definition }: SegmentRecord,
  draft: SegmentDraft,
  { problems = [], conflict }: Partial<Pick<SegmentPage, 'problems' | 'conflict'>> = {},
): SegmentPage {
  const path = `/segments/${encodeURIComponent(key)}`;
  const otherKinds = [...(definition.includedContexts ?? []), ...(definition.excludedContexts ?? [])];
  return {
    key,
    listHref: scope.href('/segments'),
    action: scope.href(path),
    deleteAction: scope.href(`${path}/delete`),
    version,
    draft,
    problems,
    conflict,
    operators: OPERATORS.map((op) => ({ op, text: OPERATOR_TEXTS[op][0] })),
    segments: [...scope.snapshot.segments.keys()].filter((other) => other !== key),
    usedBy: neededBy(scope.snapshot, 'segment', key).map((flag) => ({
      key: flag,
      href: scope.snapshot.flags.has(flag)
        ? scope.flagHref(flag)
        : scope.href(`/segments/${encodeURIComponent(flag)}`),
    })),
    notes: [
      ...(otherKinds.length === 0
        ? []
        : [`Contexts of other kinds are listed too (${otherKinds.length} lists); REST edits them.`]),
      ...(definition.unbounded === true
        ? ['It is a big segment: who is in it is stored outside the definition.']
        : []),
    ],
  };
}
