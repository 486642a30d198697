import type { Segment, SegmentRule } from '../../../evaluation/model.ts';
import { ruleName } from '../../../evaluation/rule-name.ts';
import { formText } from '../../input/form-field.ts';
import { buildClauses, type ClauseDraft, clauseDraft } from '../targeting/clause-draft.ts';
import { clausesIn, lengthOf, MAX_CLAUSES, NEW_CLAUSE } from '../targeting/clause-form.ts';

/** The editable part of a segment, as a form has it. */
export interface SegmentDraft {
  readonly description: string;
  /** Keys of users, one a line. */
  readonly included: string;
  readonly excluded: string;
  readonly rules: readonly SegmentRuleDraft[];
}

export interface SegmentRuleDraft {
  /** Index of the rule that it was; undefined for a new rule. */
  readonly from: number | undefined;
  readonly clauses: readonly ClauseDraft[];
  /** In percent; empty: everybody who matches. */
  readonly weight: string;
}

const MAX_RULES = 100;
const WEIGHT_OF_ONE_PERCENT = 1_000;

export function segmentDraft(segment: Segment, description: string | null): SegmentDraft {
  return {
    description: description ?? '',
    included: (segment.included ?? []).join('\n'),
    excluded: (segment.excluded ?? []).join('\n'),
    rules: (segment.rules ?? []).map(({ clauses, weight }, from) => ({
      from,
      clauses: clauses.map(clauseDraft),
      weight: weight === undefined || weight === null ? '' : String(weight / WEIGHT_OF_ONE_PERCENT),
    })),
  };
}

/** Reads the draft that a form carries. Fields are named by their path: `rule.0.clause.1.op`. */
export function segmentDraftIn(body: unknown): SegmentDraft {
  const text = (name: string): string => (formText(body, name) ?? '').replaceAll('\r\n', '\n');
  return {
    description: text('description').trim(),
    included: text('included'),
    excluded: text('excluded'),
    rules: Array.from({ length: lengthOf(body, 'rule', MAX_RULES) }, (_, at) => {
      const from = text(`rule.${at}`);
      return {
        from: /^\d{1,4}$/.test(from) ? Number(from) : undefined,
        clauses: clausesIn(body, `rule.${at}.clause`),
        weight: text(`rule.${at}.weight`).trim(),
      };
    }),
  };
}

/** The draft after one step of editing; the same draft when the step means nothing. */
export function editSegmentDraft(draft: SegmentDraft, action: string): SegmentDraft {
  const [step = '', ...positions] = action.split(':');
  const [at = -1, clause = -1] = positions.map(Number);
  const withClauses = (edit: (clauses: readonly ClauseDraft[]) => readonly ClauseDraft[]): SegmentDraft => ({
    ...draft,
    rules: draft.rules.map((rule, other) => (other === at ? { ...rule, clauses: edit(rule.clauses) } : rule)),
  });
  switch (step) {
    case 'add-rule': {
      const rule: SegmentRuleDraft = { from: undefined, clauses: [NEW_CLAUSE], weight: '' };
      return { ...draft, rules: [...draft.rules, rule].slice(0, MAX_RULES) };
    }
    case 'remove-rule':
      return { ...draft, rules: draft.rules.filter((_, other) => other !== at) };
    case 'add-clause':
      return withClauses((clauses) => [...clauses, NEW_CLAUSE].slice(0, MAX_CLAUSES));
    case 'remove-clause':
      return withClauses((clauses) => clauses.filter((_, other) => other !== clause));
    default:
      return draft;
  }
}

export type SegmentOutcome =
  | { readonly outcome: 'built'; readonly definition: Segment }
  | { readonly outcome: 'invalid'; readonly problems: readonly string[] };

/** The definition that a draft makes of the segment which it was drawn from; what the form does not show stays as it was. */
export function buildSegment(base: Segment, draft: SegmentDraft): SegmentOutcome {
  const problems: string[] = [];
  const definition: Segment = {
    ...base,
    included: keysOf(draft.included),
    excluded: keysOf(draft.excluded),
    rules: draft.rules.map((rule, at) => buildRule(rule, base, at, problems)),
  };
  return problems.length === 0 ? { outcome: 'built', definition } : { outcome: 'invalid', problems };
}

/** The draft over a newer definition: each rule that was drawn from an older one is drawn from where that stands now. */
export function movedDraft(draft: SegmentDraft, old: Segment | undefined, now: Segment): SegmentDraft {
  const texts = (now.rules ?? []).map((rule) => JSON.stringify(rule));
  return {
    ...draft,
    rules: draft.rules.map(({ from, ...rule }) => {
      const at = from === undefined ? -1 : texts.indexOf(JSON.stringify(old?.rules?.[from]));
      return { ...rule, from: at === -1 ? undefined : at };
    }),
  };
}

function buildRule(
  { from, clauses, weight }: SegmentRuleDraft,
  base: Segment,
  at: number,
  problems: string[],
): SegmentRule {
  const old = from === undefined ? undefined : base.rules?.[from];
  const { weight: _weight, ...kept } = old ?? { clauses: [] };
  const percent = weight === '' ? undefined : Number(weight.replace(',', '.'));
  if (percent !== undefined && !(percent >= 0 && percent <= 100))
    problems.push(`${ruleName(at)}: the share must be a percentage from 0 to 100.`);
  return {
    ...kept,
    clauses: buildClauses(clauses, old?.clauses ?? [], ruleName(at), problems),
    ...(percent === undefined ? {} : { weight: Math.round(percent * WEIGHT_OF_ONE_PERCENT) }),
  };
}

const keysOf = (lines: string): readonly string[] => [
  ...new Set(
    lines
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];
