import type { Snapshot } from '../../store/store.ts';
import { type GuardReadings, isReadable } from '../guard/guard-reading.ts';
import { type GuardJudgement, judgeGuard } from '../guard/judge-guard.ts';
import type { ObservedRule } from '../machine/observation.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { readSplit } from '../plan/rule-split.ts';
import type { Release } from './release.ts';

/** What the rule of a release serves, as far as this instance has heard. */
export function observeRule(
  snapshot: Snapshot | undefined,
  { plan, state }: Pick<Release, 'plan' | 'state'>,
): ObservedRule {
  const record = snapshot?.flags.get(plan.flag);
  if (record === undefined) return { kind: 'other', detail: `the flag "${plan.flag}" is not there any more` };
  const split = readSplit(record.definition, plan);
  switch (split.kind) {
    case 'no-such-rule':
      return { kind: 'other', detail: `the rule "${plan.rule}" is not there any more` };
    case 'other':
      return { kind: 'other', detail: `the rule was changed: ${split.detail}` };
    case 'split': {
      // The news of what another instance made the flag serve has not come yet.
      const isBehind = record.version < state.servedVersion;
      return {
        kind: 'split',
        share: isBehind ? state.share : split.share,
        isTracked: split.isTracked,
        flagOn: record.definition.on,
        flagVersion: record.version,
      };
    }
    default:
      return split satisfies never;
  }
}

/** What the guards make of the readings; undefined when those make no sense. */
export function judgeGuards(
  plan: ReleasePlan,
  readings: GuardReadings,
): readonly GuardJudgement[] | undefined {
  if (!isReadable(readings)) return undefined;
  const judgements = plan.guards.flatMap((guard, index) => {
    const series = readings.guards[index];
    return series === undefined ? [] : [judgeGuard(guard, series, readings, plan)];
  });
  return judgements.length === plan.guards.length ? judgements : undefined;
}
