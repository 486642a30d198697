import { tiltLogE } from '../../experiment/statistics/e-arm-tilt.ts';
import { eValueOf } from '../../experiment/statistics/e-value.ts';
import { FALLING_RATIOS, RISING_RATIOS } from '../../experiment/statistics/e-events-mixture.ts';
import {
  allowedRatio,
  type EventGuardSettings,
  logEBeyondRatio,
  logThreshold,
} from '../../experiment/statistics/guard/event-evidence.ts';
import type { Guard, ReleasePlan } from '../plan/release-plan.ts';
import { type GuardReadings, listenersOf, type SeriesTotals } from './guard-reading.ts';
import { type SmallestEffect, smallestEffect } from './smallest-effect.ts';

/** With the way of judging changed, old decisions are still computed again as they were made. */
export const METHOD = 'e-events-mixture, e-arm-tilt, e-two-proportions-arrivals; 1';

export interface GuardJudgement {
  readonly metric: string;
  /** `too-few`: neither passes nor fails. */
  readonly verdict: 'tripped' | 'passes' | 'too-few';
  readonly logE: number;
  /** ln(G/alpha). */
  readonly logThreshold: number;
  /** On the new variation. */
  readonly listeners: number;
  readonly minimumListeners: number;
  /** ln E of each ratio, or of each tilt. */
  readonly logEParts: readonly number[];
  /** What could have been seen; absent in records of before 2026-11-21. */
  readonly smallestEffect?: SmallestEffect;
}

export const settingsOf = (
  { margin, metric: { harm } }: Guard,
  { alpha, guards }: Pick<ReleasePlan, 'alpha' | 'guards'>,
): EventGuardSettings => ({
  ...(harm === 'more-events' ? RISING_RATIOS : FALLING_RATIOS),
  harm,
  alpha,
  guards: guards.length,
  relativeMargin: margin.kind === 'relative' ? margin.part : 0,
});

function evidenceIn(
  series: SeriesTotals,
  settings: EventGuardSettings,
): Pick<GuardJudgement, 'logE' | 'logEParts'> {
  switch (series.kind) {
    case 'events': {
      const { logE, logEPerRatio } = logEBeyondRatio(series.classes, settings, allowedRatio(settings));
      return { logE, logEParts: logEPerRatio };
    }
    case 'values':
      return { logE: tiltLogE(series.logEPerTilt), logEParts: series.logEPerTilt };
    case 'outcomes':
      return { logE: series.logE, logEParts: [] };
    default:
      return series satisfies never;
  }
}

/**
 * What a guard says of the totals. Its evidence is an e-value: by Ville's inequality it passes G/alpha with a chance of
 * at most alpha/G where nothing is wrong, however often it is looked at.
 */
export function judgeGuard(
  guard: Guard,
  series: SeriesTotals,
  { listeners }: Pick<GuardReadings, 'listeners'>,
  plan: Pick<ReleasePlan, 'alpha' | 'guards'>,
): GuardJudgement {
  const settings = settingsOf(guard, plan);
  const { logE, logEParts } = evidenceIn(series, settings);
  const threshold = logThreshold(settings);
  const seen = judgedListeners(series, listeners.treatment);
  return {
    metric: guard.metric.name,
    verdict: seen < guard.minimumListeners ? 'too-few' : logE >= threshold ? 'tripped' : 'passes',
    logE,
    logThreshold: threshold,
    listeners: seen,
    minimumListeners: guard.minimumListeners,
    logEParts,
    smallestEffect: smallestEffect(guard, series, settings),
  };
}

/** Listeners on the new variation of whom the series can say something. */
function judgedListeners(series: SeriesTotals, treatment: number): number {
  switch (series.kind) {
    case 'events':
      return treatment;
    // Without values, or before there is a scale for them, the guard sees nothing.
    case 'values':
      return Math.min(treatment, series.treatmentValues);
    // Those whose time is not over are not judged yet.
    case 'outcomes':
      return listenersOf(series.counts).treatment;
    default:
      return series satisfies never;
  }
}

/** Evidence and threshold as people see them: how many times likelier harm makes what was counted. */
export const evidenceOf = ({ logE, logThreshold: threshold }: GuardJudgement) => ({
  evidence: rounded(eValueOf(logE)),
  threshold: rounded(eValueOf(threshold)),
});

/** Without the last digits, in which a logarithm’s rounding shows. */
const rounded = (value: number): number => Number(value.toPrecision(12));
