import type { EvaluationDetail } from '../../src/evaluation/detail.ts';
import type { Evaluator, EvaluatorOptions, FlagSet } from '../../src/evaluation/evaluator.ts';
import { createEvaluator } from '../../src/evaluation/index.ts';
import type { Context, SingleContext } from '../../src/evaluation/model.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A flag that is on and serves variation 1; anything can be made of it, well-formed or not. */
export const flag = (fields: Fields = {}): Fields => ({
  key: 'f',
  version: 1,
  on: true,
  variations: ['off', 'on', 'third'],
  offVariation: 0,
  fallthrough: { variation: 1 },
  salt: 'salt',
  ...fields,
});

export const segment = (fields: Fields = {}): Fields => ({ key: 's', version: 1, salt: 'salt', ...fields });

/** A clause on attribute `x`. */
export const clause = (op: unknown, ...values: readonly unknown[]): Fields => ({
  attribute: 'x',
  op,
  values,
});

export const inSegment = (...values: readonly unknown[]): Fields => ({ op: 'segmentMatch', values });

/** A rule that serves variation 2. */
export const rule = (...clauses: readonly unknown[]): Fields => ({ id: 'r', clauses, variation: 2 });

export const byKey = (items: readonly Fields[]): Readonly<Record<string, Fields>> =>
  Object.fromEntries(items.map((item) => [item['key'], item]));

/** Whether the definitions are any good is what the tests are about. */
export const flagSet = (flags: readonly Fields[], segments: readonly Fields[] = []): FlagSet =>
  ({ flags: byKey(flags), segments: byKey(segments) }) as unknown as FlagSet;

export const evaluatorOf = (
  flags: readonly Fields[],
  segments: readonly Fields[] = [],
  options: EvaluatorOptions = {},
): Evaluator => createEvaluator(flagSet(flags, segments), options);

export const user = (attributes: Fields = {}): SingleContext => ({
  kind: 'user',
  key: 'alice',
  ...attributes,
});

/** What flag `f` answers among these flags. */
export const answer = (
  flags: readonly Fields[],
  context: unknown = user(),
  segments: readonly Fields[] = [],
  options: EvaluatorOptions = {},
): EvaluationDetail => evaluatorOf(flags, segments, options).evaluate('f', context as Context, 'default');

export const MALFORMED: EvaluationDetail = {
  value: 'default',
  variationIndex: null,
  reason: { kind: 'ERROR', errorKind: 'MALFORMED_FLAG' },
};

export const FELL_THROUGH: EvaluationDetail = {
  value: 'on',
  variationIndex: 1,
  reason: { kind: 'FALLTHROUGH' },
};

export const MATCHED: EvaluationDetail = {
  value: 'third',
  variationIndex: 2,
  reason: { kind: 'RULE_MATCH', ruleId: 'r', ruleIndex: 0 },
};
