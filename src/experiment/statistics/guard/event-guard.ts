import { allowedRatio, type EventGuardSettings, logEBeyondRatio, logThreshold } from './event-evidence.ts';
import { ratioBound } from './ratio-bound.ts';
import type { ShareClassCounts } from './share-class.ts';
import { smallestVisibleRatio } from './smallest-visible-ratio.ts';

/** With fewer listeners a guard neither passes nor fails. */
export const MINIMUM_LISTENERS = 30;

export interface EventGuardEvidence {
  readonly logE: number;
  /** In the order of the settings' ratios, with the logarithm of each weight. */
  readonly logEPerRatio: readonly number[];
  /** ln(G/alpha). */
  readonly logThreshold: number;
  readonly treatmentEvents: number;
  readonly controlEvents: number;
  /**
   * The treatment's rate over the control's: at least this where more events are harm, at most this where fewer are,
   * at any time with 1 − alpha/G. Null while nothing can be said.
   */
  readonly ratioBound: number | null;
}

export type EventGuardVerdict =
  | {
      readonly kind: 'not-enough-data';
      readonly missingListeners: number;
      readonly evidence: EventGuardEvidence;
    }
  | { readonly kind: 'tripped'; readonly evidence: EventGuardEvidence }
  | {
      readonly kind: 'not-tripped';
      /** The ratio that would have been found with 80 %; null where none would. */
      readonly smallestVisibleRatio: number | null;
      readonly evidence: EventGuardEvidence;
    };

const sum = (counts: readonly ShareClassCounts[], field: 'treatmentEvents' | 'controlEvents'): number =>
  counts.reduce((total, one) => total + one[field], 0);

/**
 * What an event guard says of a release, from the totals alone, so that a stored decision can be computed again. It
 * may be asked after every event. The caller keeps that a tripped guard stays tripped: evidence can fall again.
 *
 * @param counts the events of all stages, by class of share
 * @param listeners how many listeners the release has seen, both arms
 * @param minimumListeners default {@link MINIMUM_LISTENERS}
 * @example judgeEventGuard(counts, 420, { ...RISING_RATIOS, harm: 'more-events', alpha: 0.01, guards: 1, relativeMargin: 0 })
 */
export function judgeEventGuard(
  counts: readonly ShareClassCounts[],
  listeners: number,
  settings: EventGuardSettings,
  minimumListeners: number = MINIMUM_LISTENERS,
): EventGuardVerdict {
  const { logE, logEPerRatio } = logEBeyondRatio(counts, settings, allowedRatio(settings));
  const evidence: EventGuardEvidence = {
    logE,
    logEPerRatio,
    logThreshold: logThreshold(settings),
    treatmentEvents: sum(counts, 'treatmentEvents'),
    controlEvents: sum(counts, 'controlEvents'),
    ratioBound: ratioBound(counts, settings),
  };
  if (listeners < minimumListeners) {
    return { kind: 'not-enough-data', missingListeners: minimumListeners - listeners, evidence };
  }
  if (logE >= evidence.logThreshold) return { kind: 'tripped', evidence };
  return { kind: 'not-tripped', smallestVisibleRatio: smallestVisibleRatio(counts, settings), evidence };
}
