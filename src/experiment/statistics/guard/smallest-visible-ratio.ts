import { findRoot } from '../special/find-root.ts';
import { allowedRatio, type EventGuardSettings, eventsClasses, logThreshold } from './event-evidence.ts';
import { LOG_E_FOR_POWER } from './log-e-for-power.ts';
import type { ShareClassCounts } from './share-class.ts';

const LOG_FURTHEST = Math.log(1e6);

/**
 * What one control event makes of a ratio ρ: ρ′ ln(q/p) + ln((1 − q)/(1 − p)), with ρ′ = ρp/(1 − p) treatment events
 * beside it.
 */
function expectedLogE(p: number, ratio: number): number {
  const ofControl = -Math.log1p(p * (ratio - 1));
  const treatmentEvents = (ratio * p) / (1 - p);
  return treatmentEvents * (Math.log(ratio) + ofControl) + ofControl;
}

/**
 * The treatment's rate over the control's that the guard would have found with a chance of about 80 %, given the
 * control events so far. An inconclusive release says it.
 *
 * @returns null where no ratio would have been found: too few control events in stages that could tell
 */
export function smallestVisibleRatio(
  counts: readonly ShareClassCounts[],
  settings: Pick<EventGuardSettings, 'harm' | 'alpha' | 'guards' | 'relativeMargin'>,
): number | null {
  const needed = logThreshold(settings) + LOG_E_FOR_POWER;
  const allowed = allowedRatio(settings);
  const sign = settings.harm === 'more-events' ? 1 : -1;
  const classes = eventsClasses(counts).map(({ share, controlEvents }) => ({
    controlEvents,
    // The chance of treatment given an event, where the ratio is just allowed.
    p: (share * allowed) / (1 - share + share * allowed),
  }));
  const beyond = (logRatio: number): number => {
    const ratio = Math.exp(sign * logRatio);
    return classes.reduce(
      (sum, { controlEvents, p }) => sum + controlEvents * expectedLogE(p, ratio),
      -needed,
    );
  };
  if (beyond(LOG_FURTHEST) < 0) return null;
  return allowed * Math.exp(sign * findRoot(beyond, 0, LOG_FURTHEST));
}
