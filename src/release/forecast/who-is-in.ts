import type { Evaluator } from '../../evaluation/evaluator.ts';
import type { Context, Flag } from '../../evaluation/model.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { withSplit } from '../plan/rule-split.ts';
import type { TimedStage } from './timeline.ts';

/**
 * When each listener gets the new variation, in epoch milliseconds; null: they never do. As the flag is, with its targets
 * and rules, and only the share of the plan's rule as it will be.
 */
export function entryTimes(
  evaluator: Evaluator,
  flag: Flag,
  plan: ReleasePlan,
  timeline: readonly TimedStage[],
  listeners: readonly Context[],
): readonly (number | null)[] {
  const finished = { share: plan.finalShare, startsAt: timeline.at(-1)?.endsAt ?? 0 };
  const stages = [...timeline, finished].map(({ share, startsAt }) => {
    const served = { ...withSplit(flag, plan, { share, isTracked: false }), on: true };
    return { startsAt, evaluator: evaluator.with({ flags: { [flag.key]: served } }) };
  });
  return listeners.map((listener) => {
    const first = stages.find(
      (stage) => stage.evaluator.evaluate(flag.key, listener, null).variationIndex === plan.to,
    );
    return first?.startsAt ?? null;
  });
}
