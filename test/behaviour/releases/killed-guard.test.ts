import { expect, test } from 'vitest';
import { GUARD_KILLS, killGuard, SDK_KEY } from '../../support/killed-guard.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { usePostgres } from '../../support/postgres.ts';
import { startReleaseFleet } from '../../support/release-fleet.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const postgres = usePostgres();
const hasPostgres = postgresBinaries() !== undefined;

const BACKENDS = [
  { name: 'on SQLite', instances: 1, isThere: true, env: async () => ({ DATA_DIR: temporaryFolder() }) },
  {
    name: 'in two instances on PostgreSQL',
    instances: 2,
    isThere: hasPostgres,
    env: async () => ({ DATABASE_URL: await (await postgres()).freshDatabase() }),
  },
];

test.for(BACKENDS.filter(({ isThere }) => isThere))(
  `a guard whose program is killed ${3 * GUARD_KILLS} times counts each listener once, trips, and stays tripped, $name`,
  { timeout: 600_000 },
  async ({ instances, env }) => {
    const fleet = await startReleaseFleet(instances, { SDK_KEY, ...(await env()) });
    const { counted, expected, decisions, decisionsLater, releaseLater, flagLater } = await killGuard(fleet);
    expect(counted).toEqual(expected);
    expect(decisions).toMatchObject([
      { action: 'started' },
      { action: 'rolled-back', record: { after: { tripped: ['playlist-error'] } } },
    ]);
    expect(decisionsLater).toEqual(decisions);
    expect(releaseLater).toMatchObject({ state: 'rolled-back', share: 0 });
    expect(flagLater).toMatchObject({ rollout_percentage: 0 });
  },
);
