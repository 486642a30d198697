import type { EvaluationDetail } from '../../../evaluation/detail.ts';
import type { Flag } from '../../../evaluation/model.ts';
import type { SeenContext } from '../../../flags/seen-contexts.ts';
import type { Snapshot } from '../../../store/store.ts';
import { valueText } from '../text/value-text.ts';

/** Who of the recent listeners would get something else. */
export interface DraftPreview {
  readonly contexts: number;
  readonly changed: number;
  /** Most first. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

export function draftPreview(
  { evaluator }: Snapshot,
  draft: Flag,
  contexts: readonly SeenContext[],
): DraftPreview {
  const drafted = evaluator.with({ flags: { [draft.key]: draft } });
  const counts = new Map<string, { readonly from: string; readonly to: string; count: number }>();
  for (const { context } of contexts) {
    const [from, to] = [evaluator, drafted].map((one) => valueOf(one.evaluate(draft.key, context, null)));
    if (from === undefined || to === undefined || from === to) continue;
    const move = counts.get(`${from}\n${to}`) ?? { from, to, count: 0 };
    move.count += 1;
    counts.set(`${from}\n${to}`, move);
  }
  const moves = [...counts.values()].toSorted((a, b) => b.count - a.count);
  return { contexts: contexts.length, changed: moves.reduce((sum, { count }) => sum + count, 0), moves };
}

const valueOf = ({ value, variationIndex }: EvaluationDetail): string =>
  variationIndex === null ? 'the caller’s default' : valueText(value);
