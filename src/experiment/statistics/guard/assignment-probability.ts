import { FULL_SHARE, type ShareClass, treatmentProbability } from './share-class.ts';

/** What counted events have shown of a listener so far, within one release. */
export type ListenerHistory =
  | { readonly kind: 'never-counted' }
  | {
      readonly kind: 'counted-as-control';
      /** The share of that stage, per 100,000. Of several, the largest. */
      readonly share: number;
    }
  | { readonly kind: 'counted-as-treatment' };

/** Whether an event counts, and with which chance its listener was in treatment. */
export type Assignment =
  | { readonly kind: 'counts'; readonly probability: number; readonly shareClass: ShareClass }
  | { readonly kind: 'tells-nothing' };

const TELLS_NOTHING: Assignment = { kind: 'tells-nothing' };

function controlShareOf(history: ListenerHistory): number {
  switch (history.kind) {
    case 'never-counted':
      return 0;
    case 'counted-as-control':
      return history.share;
    case 'counted-as-treatment':
      return FULL_SHARE;
    default:
      return history satisfies never;
  }
}

/**
 * The one analysis rule: each listener counts once per stage, with the first event in it, and with the chance of
 * treatment that is left. Never counted: p = s. Last counted as control at s₀, so that the bucket is at or above it:
 * p = (s − s₀)/(1 − s₀). Counted as treatment, or p is 0 or 1: the arm was known before, and the event tells nothing.
 *
 * The caller keeps that a listener counts once per stage: an event after the first one of a stage is not asked about.
 *
 * @param share the treatment's share of the flag version that served the listener, per 100,000. Not the present
 *   share: an SDK may evaluate an older version.
 * @example assignmentProbability({ kind: 'counted-as-control', share: 5_000 }, 20_000) // probability 0.1579
 */
export function assignmentProbability(history: ListenerHistory, share: number): Assignment {
  const controlAtShare = controlShareOf(history);
  if (share <= controlAtShare || share >= FULL_SHARE) return TELLS_NOTHING;
  const shareClass: ShareClass = { share, controlAtShare };
  return { kind: 'counts', probability: treatmentProbability(shareClass), shareClass };
}

/**
 * What is known of a listener after an event of theirs was counted.
 *
 * @param share as in {@link assignmentProbability}
 */
export function historyAfter(
  history: ListenerHistory,
  arm: 'control' | 'treatment',
  share: number,
): ListenerHistory {
  if (arm === 'treatment' || history.kind === 'counted-as-treatment') return { kind: 'counted-as-treatment' };
  return { kind: 'counted-as-control', share: Math.max(share, controlShareOf(history)) };
}
