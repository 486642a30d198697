import type { EvaluatorOptions, Explanation } from '../../../src/evaluation/evaluator.ts';
import type { Context, Flag, Segment } from '../../../src/evaluation/model.ts';
import { ANNA, evaluatorOf } from '../../support/flag-builders.ts';

/** What the flag `flag` says of itself. */
export const explain = (
  flags: readonly Flag[],
  context: Context = ANNA,
  segments: readonly Segment[] = [],
  options: EvaluatorOptions = {},
): Explanation => evaluatorOf(flags, segments, options).explain('flag', context);

/** The steps as a page would show them: indented, with a mark for what matched; without the summary at the end. */
export const told = (...given: Parameters<typeof explain>): readonly string[] =>
  explain(...given)
    .steps.slice(0, -1)
    .map(({ depth, matched, text }) => `${'  '.repeat(depth)}${matched ? '+' : '-'} ${text}`);
