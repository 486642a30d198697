import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LeaseLostError } from '../../../src/release/run/lease.ts';
import type { DatabaseTarget } from '../../../src/store/sql/database.ts';
import { DEFAULT_ENVIRONMENT, StoreUnavailableError } from '../../../src/store/store.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { FLAG, listeners, releaseBench, releaseInstance } from './release-bench.ts';
import { useMigratedPostgres } from '../../support/migrated-postgres.ts';

/** Longer than a busy machine takes for a test: a lease ends when its test says so. */
const LEASE_MS = 60_000;

function twoInstances(target: () => Promise<DatabaseTarget>): void {
  const both = async () => {
    const where = await target();
    const first = await releaseBench(where, LEASE_MS);
    const second = await releaseInstance(where, first, LEASE_MS);
    onTestFinished(second.close);
    return { first, second };
  };

  test('carry a release out once, whichever of them looks', async () => {
    const { first, second } = await both();
    const id = await first.create({ stages: [10, 50, 100].map((share) => ({ share, hold: '10s' })) });
    for (let looks = 0; looks < 12; looks += 1) {
      first.pass(5_000);
      await Promise.all([first.runner.tick(), second.runner.tick()]);
    }
    expect(await first.state(id)).toMatchObject({ state: 'completed' });
    const decisions = await first.releases.decisions(id, 1, 100);
    expect(decisions.map(({ action, record }) => [action, record.after.stage])).toEqual([
      ['started', 0],
      ['advanced', 1],
      ['advanced', 2],
      ['completed', 2],
    ]);
    const entries = await first.store.audit({ key: FLAG });
    expect(entries.filter(({ author }) => author.via === 'release')).toHaveLength(3);
  });

  test('take over from a holder that hangs, of whose late decision nothing becomes durable', async () => {
    const { first, second } = await both();
    const id = await first.create();
    expect(await first.lease.hold()).toBe(true);
    expect(await second.lease.hold()).toBe(false);
    // The first hangs; meanwhile its lease runs out, and the second takes it.
    first.pass(LEASE_MS);
    await second.database.write((db) => db.updateTable('release_lease').set({ expires_at: 0 }).execute());
    expect(await second.lease.hold()).toBe(true);
    await expect(first.engine.step(id, 0, (db) => first.lease.check(db))).rejects.toThrow(LeaseLostError);
    expect(await first.lease.hold()).toBe(false);
    expect(await first.state(id)).toMatchObject({ state: 'scheduled' });
    await second.runner.tick();
    expect(await first.state(id)).toMatchObject({ state: 'running', stage: 0 });
    expect(await first.releases.decisions(id, 1, 10)).toHaveLength(1);
  });

  test('make one decision of what two people ask at once', async () => {
    const { first, second } = await both();
    const id = await first.create();
    await first.watch(1_000);
    const pause = { kind: 'pause', by: 'Ana' } as const;
    const answers = await Promise.all([first.engine.command(id, pause), second.engine.command(id, pause)]);
    expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'unchanged']);
    expect(await first.releases.decisions(id, 1, 10)).toHaveLength(2);
  });

  test('count a listener once, wherever its events come in', async () => {
    const { first, second } = await both();
    const id = await first.create({
      guards: [{ metric: 'playlist-error' }],
      stages: [{ share: 50, hold: '1h' }],
    });
    await first.watch(1_000);
    await vi.waitFor(
      () =>
        expect(second.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(FLAG)?.version).toBe(
          first.flag()?.version,
        ),
      { timeout: 15_000 },
    );
    const names = listeners(60);
    await Promise.all([
      first.visit(names, (_, name) => name.endsWith('3')),
      first.visit(names, (_, name) => name.endsWith('3'), { into: second.sink }),
    ]);
    const { readings } = (await first.engine.read(id))!;
    expect(readings.listeners.treatment + readings.listeners.control).toBe(60);
    const [errors] = readings.guards;
    const counted = errors?.kind === 'events' ? errors.classes : [];
    expect(counted.reduce((sum, each) => sum + each.treatmentEvents + each.controlEvents, 0)).toBe(6);
  });
}

describe('two instances on SQLite', () => {
  twoInstances(async () => ({ kind: 'sqlite', file: join(temporaryFolder(), 'dj-toggle.db') }));
});

describe.skipIf(postgresBinaries() === undefined)('two instances on PostgreSQL', { timeout: 60_000 }, () => {
  const freshDatabase = useMigratedPostgres();
  twoInstances(async () => ({ kind: 'postgres', url: await freshDatabase() }));

  test('take over from a holder that hangs in the middle of a write', async () => {
    const target = { kind: 'postgres', url: await freshDatabase() } as const;
    const first = await releaseBench(target, 1_000);
    const second = await releaseInstance(target, first, 1_000);
    onTestFinished(second.close);
    const id = await first.create();
    expect(await first.lease.hold()).toBe(true);
    const awake = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const late = first.engine
      .step(id, 0, async (db) => {
        await first.lease.check(db);
        began.resolve();
        await awake.promise;
      })
      .catch((error: unknown) => error);
    await began.promise;
    // It holds the lock that keeps others from the lease until PostgreSQL ends its transaction.
    await expect
      .poll(
        async () => {
          await second.runner.tick();
          return first.state(id);
        },
        { timeout: 40_000, interval: 100 },
      )
      .toMatchObject({ state: 'running', stage: 0 });
    awake.resolve();
    expect(await late).toBeInstanceOf(StoreUnavailableError);
    expect(await first.releases.decisions(id, 1, 10)).toHaveLength(1);
  });
});
