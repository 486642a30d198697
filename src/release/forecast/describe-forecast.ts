import { showDuration } from '../plan/duration.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { showShare } from '../plan/share.ts';
import type { GuardRates } from './expected-rates.ts';
import type { Chance, Forecast } from './forecast.ts';
import type { TimedStage } from './timeline.ts';

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

const chance = ({ chance: share, interval: [low, high] }: Chance): string =>
  `${percent(share)} (95 %: ${percent(low)} to ${percent(high)})`;

/** A forecast in sentences, a line each. */
export function describeForecast(
  { guards }: Pick<ReleasePlan, 'guards'>,
  rates: readonly GuardRates[],
  { expected, healthy }: Forecast,
): readonly string[] {
  if (guards.length === 0) return ['The plan has no guards: only time decides, and nothing would be caught.'];
  const { caughtAfterMs: after } = expected;
  const assumed = rates.map(({ guard, controlRate, newRate }) =>
    guard.metric.watches === 'values'
      ? `${guard.metric.name}: compares values, and is left out of the simulation.`
      : `${guard.metric.name}: ${percent(controlRate)} of listeners on the old version, ${percent(newRate)} on the new one.`,
  );
  const when =
    after === null
      ? '.'
      : `, after ${showDuration(after.median)} at the median and ${showDuration(after.p90)} in nine of ten; ${expected.treatedUntilCaught} listeners had the new version by then.`;
  return [
    ...assumed,
    `Caught in ${chance(expected.caught)} of ${expected.runs} simulated releases${when}`,
    `A false alarm, with the old version’s rates on both, in ${chance(healthy.caught)} of ${healthy.runs}.`,
    `Inconclusive, for want of listeners, in ${chance(expected.inconclusive)}.`,
  ];
}

/** A stage a line: when it starts, and what it serves. */
export const describeTimeline = (timeline: readonly TimedStage[]): readonly string[] =>
  timeline.map(({ startsAt, endsAt, share, needsApproval, frozenMs, kind }, index) => {
    const name = kind === 'holdback' ? 'holdback' : `stage ${index + 1}`;
    const frozen = frozenMs === 0 ? '' : `, of which ${showDuration(frozenMs)} in a freeze window`;
    const approval = needsApproval ? ', once somebody approves it' : '';
    return `${new Date(startsAt).toISOString()}  ${name.padEnd(9)} ${showShare(share).padStart(8)}  for ${showDuration(endsAt - startsAt)}${frozen}${approval}`;
  });
