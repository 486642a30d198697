import type { EvaluationDetail } from '../../../evaluation/detail.ts';
import type { Context, Flag } from '../../../evaluation/model.ts';
import type { SeenContext } from '../../../flags/seen-contexts.ts';
import { tryContexts } from '../../../flags/try-contexts.ts';
import type { Snapshot } from '../../../store/store.ts';
import { valueText } from '../text/value-text.ts';

/** Who of the recent listeners would get something else. */
export interface DraftPreview {
  readonly contexts: number;
  readonly changed: number;
  /** Most first. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

export async function draftPreview(
  { evaluator }: Snapshot,
  draft: Flag,
  seen: readonly SeenContext[],
  now: () => number,
): Promise<DraftPreview> {
  const drafted = evaluator.with({ flags: { [draft.key]: draft } });
  const counts = new Map<string, { readonly from: string; readonly to: string; count: number }>();
  const add = (context: Context): void => {
    const [from, to] = [evaluator, drafted].map((one) => valueOf(one.evaluate(draft.key, context, null)));
    if (from === undefined || to === undefined || from === to) return;
    const move = counts.get(`${from}\n${to}`) ?? { from, to, count: 0 };
    move.count += 1;
    counts.set(`${from}\n${to}`, move);
  };
  const contexts = await tryContexts(seen, add, now);
  const moves = [...counts.values()].toSorted((a, b) => b.count - a.count);
  return { contexts, changed: moves.reduce((sum, { count }) => sum + count, 0), moves };
}

const valueOf = ({ value, variationIndex }: EvaluationDetail): string =>
  variationIndex === null ? 'the caller’s default' : valueText(value);
