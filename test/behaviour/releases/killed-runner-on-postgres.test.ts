import { describe, expect, test } from 'vitest';
import { killRunner, KILLS, STAGES, TAKEOVER_MS } from '../../support/killed-runner.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { usePostgres } from '../../support/postgres.ts';
import { wholeCourse } from '../../support/release-course.ts';
import { startReleaseFleet } from '../../support/release-fleet.ts';

describe.skipIf(postgresBinaries() === undefined)('two instances on PostgreSQL', () => {
  const postgres = usePostgres();

  test(
    `whose runner is killed ${KILLS} times skip no stage, do none twice, begin none in a freeze, and end as they would have`,
    { timeout: 600_000 },
    async ({ annotate }) => {
      const fleet = await startReleaseFleet(2, { DATABASE_URL: await (await postgres()).freshDatabase() });
      const { outcome, undisturbed, changes, mostVersionChanges, begunInFreeze, takeovers } =
        await killRunner(fleet);
      expect(outcome.course).toEqual(wholeCourse(STAGES));
      expect(outcome).toMatchObject(undisturbed);
      expect(changes).toBe(STAGES);
      expect(mostVersionChanges).toBe(1);
      expect(begunInFreeze).toBe(0);
      await annotate(`runners that were killed were followed after ${takeovers.join(', ')} ms`);
      expect(Math.max(...takeovers)).toBeLessThan(TAKEOVER_MS);
    },
  );
});
