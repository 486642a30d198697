import type { EvaluationReason } from '../evaluation/detail.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Context, Flag, Rollout } from '../evaluation/model.ts';

/** Where a context stands in the percentage rollout that decides its evaluation. */
export interface RolloutPlace {
  /** 1–100. A rollout that grows reaches the low numbers first. */
  readonly number: number;
  /** 0–100: so many of a hundred get `true`. */
  readonly percentage: number;
}

const FULL_WEIGHT = 100_000;

/** Undefined when no rollout decided, or one from which `true` does not grow out of either end. */
export function rolloutPlace(
  flag: Flag,
  reason: EvaluationReason,
  evaluator: Pick<Evaluator, 'explain'>,
  context: Context,
): RolloutPlace | undefined {
  const rollout = decidingRollout(flag, reason);
  if (rollout === undefined) return undefined;
  const bucket = evaluator.explain(flag.key, context).steps.findLast(({ kind }) => kind === 'rollout')?.data[
    'bucket'
  ];
  if (typeof bucket !== 'number') return undefined;
  const { before, weight } = shareOfTrue(flag, rollout);
  const percentage = weight / (FULL_WEIGHT / 100);
  // A hundredth such as 0.29 times 100 is a little under 29.
  const hundredth = Math.min(99, Math.floor(bucket * 100 + 1e-9));
  if (before === 0) return { number: hundredth + 1, percentage };
  return before + weight === FULL_WEIGHT ? { number: 100 - hundredth, percentage } : undefined;
}

function decidingRollout(flag: Flag, reason: EvaluationReason): Rollout | undefined {
  if (reason.kind === 'FALLTHROUGH') return flag.fallthrough.rollout;
  return reason.kind === 'RULE_MATCH' ? flag.rules?.[reason.ruleIndex]?.rollout : undefined;
}

function shareOfTrue(flag: Flag, rollout: Rollout): { readonly before: number; readonly weight: number } {
  const yes = flag.variations?.indexOf(true);
  let before = 0;
  for (const { variation, weight } of rollout.variations) {
    if (variation === yes) return { before, weight };
    before += weight;
  }
  return { before: 0, weight: 0 };
}
