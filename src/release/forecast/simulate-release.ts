import { binomial, type Random } from '../../experiment/statistics/random.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { WHOLE } from '../plan/share.ts';
import type { GuardRates } from './expected-rates.ts';
import { simulatedGuard } from './simulated-guard.ts';
import type { TimedStage } from './timeline.ts';

export type SimulatedEnd =
  /** A guard tripped: how long after the start, and how many listeners had got the new version by then. */
  | {
      readonly kind: 'caught';
      readonly metric: string;
      readonly afterMs: number;
      readonly stage: number;
      readonly treated: number;
    }
  | { readonly kind: 'completed' }
  | { readonly kind: 'inconclusive'; readonly stage: number };

export interface SimulatedRelease {
  readonly plan: Pick<ReleasePlan, 'alpha' | 'guards' | 'extendMs'>;
  readonly timeline: readonly TimedStage[];
  /** New listeners a second. */
  readonly traffic: number;
  readonly rates: readonly GuardRates[];
}

/** Looks begin a second apart; later ones are this part of the stage apart, which decides as well and costs less. */
const MIN_LOOK_MS = 1_000;
const LOOK_PART = 0.03;

/** One release with random listeners, each of whom comes once. Yields at each look, so that the caller may do something else. */
export function* simulateRelease(
  random: Random,
  { plan, timeline, traffic, rates }: SimulatedRelease,
): Generator<void, SimulatedEnd> {
  const guards = rates
    .filter(({ guard }) => guard.metric.watches === 'events')
    .map(({ guard, controlRate, newRate }) => ({
      guard,
      controlRate,
      newRate,
      watch: simulatedGuard(guard, plan),
    }));
  let passedMs = 0;
  let came = 0;
  let treated = 0;
  for (const [stage, { share: weight, startsAt, endsAt }] of timeline.entries()) {
    const share = weight / WHOLE;
    const lengthMs = endsAt - startsAt;
    const isEnough = (): boolean =>
      rates.every(({ guard: { minimumListeners } }) => treated >= minimumListeners);
    let atMs = 0;
    for (;;) {
      if (atMs >= lengthMs && isEnough()) break;
      if (atMs >= lengthMs + plan.extendMs) return { kind: 'inconclusive', stage };
      const end = atMs < lengthMs ? lengthMs : lengthMs + plan.extendMs;
      atMs = Math.min(end, atMs + Math.max(MIN_LOOK_MS, atMs * LOOK_PART));
      const all = Math.floor(((passedMs + atMs) / 1_000) * traffic);
      const listeners = all - came;
      came = all;
      const ofTreatment = binomial(random, listeners, share);
      treated += ofTreatment;
      for (const { guard, controlRate, newRate, watch } of guards) {
        const isTripped = watch.add({
          share,
          treatment: { listeners: ofTreatment, events: binomial(random, ofTreatment, newRate) },
          control: {
            listeners: listeners - ofTreatment,
            events: binomial(random, listeners - ofTreatment, controlRate),
          },
        });
        if (!isTripped || treated < guard.minimumListeners) continue;
        return { kind: 'caught', metric: guard.metric.name, afterMs: passedMs + atMs, stage, treated };
      }
      yield;
    }
    passedMs += atMs;
  }
  return { kind: 'completed' };
}
