import type { ReleaseState } from '../machine/release-state.ts';
import { firstOpen } from '../plan/freeze.ts';
import type { Release } from '../run/release.ts';
import { type TimedStage, timelineOf } from './timeline.ts';

/** The watched time of a stage is stored every five seconds; this much less than has passed is no gap. */
const STORED_LATE_MS = 6_000;

function watchedMs({ state, stageSince, heldMs }: ReleaseState, now: number): number {
  const isCounting = state === 'running' || state === 'holding';
  const passed = now - (stageSince ?? now);
  return isCounting && passed - heldMs <= STORED_LATE_MS ? Math.max(passed, heldMs) : heldMs;
}

/**
 * The stages of a release that is under way, from the present one on, freeze windows included. Approvals count as given at
 * once. Empty: nothing follows before somebody starts or resumes it, or its windows never open.
 *
 * @param now epoch milliseconds
 */
export function remainingTimeline(
  { plan, document, state }: Pick<Release, 'plan' | 'document' | 'state'>,
  now: number,
): readonly TimedStage[] {
  if (state.state === 'paused') return [];
  const present = plan.stages[state.stage];
  if (present === undefined)
    return plan.startAt === null ? [] : timelineOf(plan, document, Math.max(now, plan.startAt));
  const rest = plan.stages.slice(state.stage + 1);
  const held = now + Math.max(0, present.holdMs - watchedMs(state, now));
  const endsAt = rest.length === 0 ? held : firstOpen(document.freeze ?? [], held);
  if (endsAt === undefined) return [];
  const remaining = timelineOf({ stages: rest }, document, endsAt);
  if (remaining.length < rest.length) return [];
  return [{ ...present, startsAt: now, endsAt, frozenMs: endsAt - held }, ...remaining];
}
