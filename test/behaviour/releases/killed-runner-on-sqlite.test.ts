import { expect, test } from 'vitest';
import { killRunner, KILLS, STAGES } from '../../support/killed-runner.ts';
import { wholeCourse } from '../../support/release-course.ts';
import { startReleaseFleet } from '../../support/release-fleet.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test(
  `a runner that is killed ${KILLS} times skips no stage, does none twice, begins none in a freeze, and ends as it would have`,
  { timeout: 600_000 },
  async () => {
    const fleet = await startReleaseFleet(1, { DATA_DIR: temporaryFolder() });
    const { outcome, undisturbed, changes, mostVersionChanges, begunInFreeze } = await killRunner(fleet);
    expect(outcome.course).toEqual(wholeCourse(STAGES));
    expect(outcome).toMatchObject(undisturbed);
    expect(changes).toBe(STAGES);
    expect(mostVersionChanges).toBe(1);
    expect(begunInFreeze).toBe(0);
  },
);
