import { firstOpen } from '../plan/freeze.ts';
import type { PlanDocument } from '../plan/plan-document.ts';
import type { ReleasePlan, Stage } from '../plan/release-plan.ts';

/** A stage with its times, in epoch milliseconds, as long as nothing else than the plan decides. */
export interface TimedStage extends Stage {
  readonly startsAt: number;
  /** When the next begins, or the release is over. */
  readonly endsAt: number;
  /** How much of that is waiting for the end of a freeze window. */
  readonly frozenMs: number;
}

/**
 * When each stage starts, freeze windows included. Approvals count as given at once, and every stage as having seen the
 * listeners that it needs. Empty: the windows never open.
 *
 * @param startsAt epoch milliseconds
 */
export function timelineOf(
  { stages }: Pick<ReleasePlan, 'stages'>,
  { freeze = [] }: Pick<PlanDocument, 'freeze'>,
  startsAt: number,
): readonly TimedStage[] {
  const timeline: TimedStage[] = [];
  let at = firstOpen(freeze, startsAt);
  for (const [index, stage] of stages.entries()) {
    if (at === undefined) return [];
    const held = at + stage.holdMs;
    // A release completes in a freeze as well: nothing begins.
    const endsAt: number | undefined = index === stages.length - 1 ? held : firstOpen(freeze, held);
    if (endsAt === undefined) return [];
    timeline.push({ ...stage, startsAt: at, endsAt, frozenMs: endsAt - held });
    at = endsAt;
  }
  return timeline;
}

/** What the new variation has at a time, in thousandths of a percent. */
export function shareAt(
  timeline: readonly TimedStage[],
  { finalShare }: Pick<ReleasePlan, 'finalShare'>,
  at: number,
): number {
  const last = timeline.at(-1);
  if (last === undefined || at < (timeline[0]?.startsAt ?? Infinity)) return 0;
  return at >= last.endsAt ? finalShare : (timeline.findLast(({ startsAt }) => startsAt <= at)?.share ?? 0);
}
