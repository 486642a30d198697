import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { shortOrLong } from '../../support/fault-rounds.ts';
import { TAKEOVER_MS } from '../../support/killed-runner.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { usePostgres } from '../../support/postgres.ts';
import {
  changesBy,
  outcomeOf,
  startRelease,
  undisturbedEnd,
  wholeCourse,
} from '../../support/release-course.ts';
import { startReleaseFleet, watchListeners } from '../../support/release-fleet.ts';

/** The short form is longer than a lease and than the longest gap between two looks that counts as watched. */
const HANG_MS = shortOrLong(6_000, 60_000);
/** So many, and each so long, that the release is still under way when the one that hung is back. */
const STAGES = shortOrLong(22, 100);
const HOLD = `${shortOrLong(100, 800)}ms`;
const FLAG = 'progressive-rollout';

describe.skipIf(postgresBinaries() === undefined)('two instances on PostgreSQL', () => {
  const postgres = usePostgres();

  test(
    `of which the runner hangs for ${HANG_MS / 1_000} s: the other takes over, and the one that wakes up does nothing twice`,
    {
      timeout: 600_000,
    },
    async ({ annotate }) => {
      const fleet = await startReleaseFleet(2, { DATABASE_URL: await (await postgres()).freshDatabase() });
      const watched = watchListeners(fleet, 10);
      const id = await startRelease(fleet, { flag: FLAG, stages: STAGES, hold: HOLD });
      const before = (await fleet.decisions(id)).length;
      await expect
        .poll(async () => (await fleet.decisions(id)).length, { timeout: 20_000 })
        .toBeGreaterThan(before);
      await wait(Math.random() * 300);
      const victim = fleet.holder(id);
      fleet.hang(victim);
      const hungAt = Date.now();
      await expect.poll(() => fleet.holder(id), { timeout: 20_000, interval: 100 }).not.toBe(victim);
      await wait(HANG_MS - (Date.now() - hungAt));
      fleet.wake(victim);
      const next = (await fleet.decisions(id)).find(({ at }) => at > hungAt)?.at ?? Infinity;
      await annotate(`a runner that hung was followed after ${next - hungAt} ms`);
      expect(next - hungAt).toBeLessThan(TAKEOVER_MS);
      const outcome = await outcomeOf(fleet, id, FLAG);
      expect(outcome.course).toEqual(wholeCourse(STAGES));
      expect(await changesBy(fleet, id)).toBe(STAGES);
      expect(Math.max(...(await watched.stop()))).toBe(1);
      expect(outcome).toMatchObject(await undisturbedEnd(fleet, STAGES));
    },
  );
});
