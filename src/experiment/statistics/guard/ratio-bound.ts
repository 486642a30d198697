import { findRoot } from '../special/find-root.ts';
import { type EventGuardSettings, logEBeyondRatio, logThreshold } from './event-evidence.ts';
import type { ShareClassCounts } from './share-class.ts';

/** The bound is looked for between the millionth and a million times the control's rate. */
const LOG_FURTHEST = Math.log(1e6);

/**
 * How much the treatment's rate over the control's is at least (where more events are harm) or at most (where fewer
 * are), at any time with 1 − alpha/G: the furthest ratio against which the evidence reaches the threshold. Evidence
 * falls steadily as the ratio goes towards the harm.
 *
 * @returns null while nothing can be said
 */
export function ratioBound(
  counts: readonly ShareClassCounts[],
  settings: Pick<EventGuardSettings, 'harm' | 'ratios' | 'weights' | 'alpha' | 'guards'>,
): number | null {
  const sign = settings.harm === 'more-events' ? 1 : -1;
  const threshold = logThreshold(settings);
  const lacks = (logRatio: number): number =>
    threshold - logEBeyondRatio(counts, settings, Math.exp(sign * logRatio)).logE;
  if (lacks(-LOG_FURTHEST) > 0) return null;
  return Math.exp(sign * findRoot(lacks, -LOG_FURTHEST, LOG_FURTHEST));
}
