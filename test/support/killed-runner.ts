import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { shortOrLong } from './fault-rounds.ts';
import {
  changesBy,
  freezesFrom,
  isFrozen,
  wasFrozen,
  type End,
  type Outcome,
  outcomeOf,
  startRelease,
  undisturbedEnd,
} from './release-course.ts';
import { type ReleaseFleet, watchListeners } from './release-fleet.ts';

/** Of the runner, in one test. */
export const KILLS = shortOrLong(2, 30);
/** More than the rounds can carry out, so that none of the kills comes after the end. */
export const STAGES = shortOrLong(10, 90);
/**
 * What is promised of a takeover is looked at in the long form, which has the machine to itself; a busy one may take as
 * long as it likes.
 */
export const TAKEOVER_MS = shortOrLong(Infinity, 5_000);
const FLAG = 'progressive-rollout';

/** What is to be seen of a release whose runner was killed. */
export interface KilledRunner {
  readonly outcome: Outcome;
  /** What it would have come to. */
  readonly undisturbed: End;
  /** How often the release changed the flag. */
  readonly changes: number;
  /** How often the listener who changed version most did so. */
  readonly mostVersionChanges: number;
  /** Stages that began in a freeze. To complete where everybody has the new version already is not one. */
  readonly begunInFreeze: number;
  /** Milliseconds until another instance decided, of kills that neither a freeze nor the next kill followed before. */
  readonly takeovers: readonly number[];
}

/** Kills whichever instance carries a release out, at random moments and in freezes too, and starts it again. */
export async function killRunner(fleet: ReleaseFleet): Promise<KilledRunner> {
  const freezes = freezesFrom(Date.now());
  const watched = watchListeners(fleet, 10);
  const id = await startRelease(fleet, { flag: FLAG, stages: STAGES, freeze: freezes });
  const killedAt: number[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    const before = (await fleet.decisions(id)).length;
    // Somebody carries it out again, or it is frozen: then the kill hits one that waits.
    await expect
      .poll(
        async () =>
          (await fleet.decisions(id)).length > before || (round > 0 && isFrozen(freezes, Date.now())),
        { timeout: 20_000 },
      )
      .toBe(true);
    await wait(Math.random() * 400);
    const victim = fleet.holder(id);
    await fleet.kill(victim);
    killedAt.push(Date.now());
    await fleet.start(victim);
  }
  const outcome = await outcomeOf(fleet, id, FLAG);
  const decisions = (await fleet.decisions(id)).filter(({ action }) => action !== 'held');
  const takeovers = killedAt.flatMap((at, kill) => {
    const next = decisions.find((decision) => decision.at >= at)?.at ?? Infinity;
    const isDisturbed = next > (killedAt[kill + 1] ?? Infinity) || wasFrozen(freezes, at, next);
    return isDisturbed ? [] : [next - at];
  });
  return {
    outcome,
    takeovers,
    changes: await changesBy(fleet, id),
    mostVersionChanges: Math.max(...(await watched.stop())),
    begunInFreeze: decisions.filter(({ action, at }) => action !== 'completed' && isFrozen(freezes, at))
      .length,
    undisturbed: await undisturbedEnd(fleet, STAGES),
  };
}
