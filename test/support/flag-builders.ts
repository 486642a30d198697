import { createEvaluator } from '../../src/evaluation/create-evaluator.ts';
import type { EvaluationDetail } from '../../src/evaluation/detail.ts';
import type { Evaluator, EvaluatorOptions } from '../../src/evaluation/evaluator.ts';
import type { Clause, Context, Flag, FlagRule, Segment, SegmentRule } from '../../src/evaluation/model.ts';

/** Fields by their names, with values that may be as wrong as JSON can be. */
type Fields<Item> = { readonly [Name in keyof Item]?: unknown };
export type FlagFields = Fields<Flag>;
export type SegmentFields = Fields<Segment>;

/** A flag that is on and serves `a`; `z` when it is off. */
export const flag = (fields: FlagFields = {}): Flag =>
  ({
    key: 'flag',
    version: 1,
    on: true,
    variations: ['a', 'b', 'c', 'z'],
    offVariation: 3,
    fallthrough: { variation: 0 },
    salt: 'salt',
    ...fields,
  }) as Flag;

/** A segment without anybody. */
export const segment = (fields: SegmentFields = {}): Segment =>
  ({ key: 'segment', version: 1, salt: 'salt', ...fields }) as Segment;

/** A clause that matches the user `anna`. */
export const clause = (fields: Fields<Clause> = {}): Clause =>
  ({ attribute: 'key', op: 'in', values: ['anna'], ...fields }) as Clause;

/** A clause on the attribute `x`. */
export const onX = (op: unknown, ...values: readonly unknown[]): Clause =>
  clause({ attribute: 'x', op, values });

export const segmentClause = (values: unknown, negate = false): Clause =>
  clause({ attribute: '', op: 'segmentMatch', values, negate });

/** A rule of a flag that serves `b`. */
export const rule = (clauses: unknown, fields: Fields<FlagRule> = { variation: 1 }): FlagRule =>
  ({ clauses, ...fields }) as FlagRule;

export const segmentRule = (clauses: unknown, fields: Fields<SegmentRule> = {}): SegmentRule =>
  ({ clauses, ...fields }) as SegmentRule;

export const user = (key: string, attributes: { readonly [name: string]: unknown } = {}): Context => ({
  ...attributes,
  kind: 'user',
  key,
});

export const ANNA = user('anna');

/** What is no context, given all the same. */
export const asContext = (value: unknown): Context => value as Context;

export const byKey = <Item extends { readonly key: string }>(
  items: readonly Item[],
): { readonly [key: string]: Item } => Object.fromEntries(items.map((item) => [item.key, item]));

export const evaluatorOf = (
  flags: readonly Flag[],
  segments: readonly Segment[] = [],
  options: EvaluatorOptions = {},
): Evaluator => createEvaluator({ flags: byKey(flags), segments: byKey(segments) }, options);

/** What the first flag answers. */
export const ask = (
  flags: Flag | readonly Flag[],
  context: Context = ANNA,
  segments: readonly Segment[] = [],
  options: EvaluatorOptions = {},
): EvaluationDetail => {
  const all = Array.isArray(flags) ? (flags as readonly Flag[]) : [flags as Flag];
  return evaluatorOf(all, segments, options).evaluate(all[0]?.key ?? '', context, 'default');
};

/** Does a rule with this clause match? `malformed` when the flag is. */
export const matches = (
  given: unknown,
  context: Context = ANNA,
  segments: readonly Segment[] = [],
  options: EvaluatorOptions = {},
): boolean | 'malformed' => {
  const { reason } = ask(flag({ rules: [rule([given])] }), context, segments, options);
  return reason.kind === 'ERROR' ? 'malformed' : reason.kind === 'RULE_MATCH';
};

export const malformed: EvaluationDetail = {
  value: 'default',
  variationIndex: null,
  reason: { kind: 'ERROR', errorKind: 'MALFORMED_FLAG' },
};

/** What a `flag` answers when nothing matches. */
export const fellThrough: EvaluationDetail = {
  value: 'a',
  variationIndex: 0,
  reason: { kind: 'FALLTHROUGH' },
};

/** What a `flag` answers when its first `rule` matches. */
export const matched: EvaluationDetail = {
  value: 'b',
  variationIndex: 1,
  reason: { kind: 'RULE_MATCH', ruleIndex: 0 },
};
