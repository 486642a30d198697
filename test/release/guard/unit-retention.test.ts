import { expect, test } from 'vitest';
import { listenerRetentionRules } from '../../../src/release/guard/unit-retention.ts';
import { replay } from '../../../src/release/run/replay.ts';
import { sweepStep } from '../../../src/store/retention/sweep.ts';
import { eachDatabase } from '../../support/each-database.ts';
import { listeners, releaseBench } from '../run/release-bench.ts';

const DAY = 86_400_000;

eachDatabase((target) => {
  test('listeners of a release go when it has been over for long enough; its totals stay, and replay', async () => {
    const { create, watch, visit, command, clock, database, releases, engine } = await releaseBench(
      await target(),
    );
    const guards = [{ metric: 'playlist-error' }, { metric: 'play', margin: { absolute: 0.1 } }];
    const id = await create({ guards, stages: [{ share: 50, hold: '10m' }] });
    await watch(1_000);
    await visit(listeners(60), () => true);
    await watch(1_000);
    const rows = async () => {
      const counts = [];
      for (const { table } of listenerRetentionRules(DAY)) {
        const found = await database.kysely.selectFrom(table).selectAll().execute();
        counts.push(found.length);
      }
      return counts;
    };
    const sweep = async () => {
      for (const { table, expired } of listenerRetentionRules(DAY))
        await sweepStep(database, table, await expired(database, clock.now), 0);
    };
    clock.now += 10 * DAY;
    await sweep();
    expect(await rows()).toEqual([60, expect.any(Number), 60]);
    await command(id, 'rollback');
    clock.now += DAY;
    await sweep();
    expect((await rows())[0]).toBe(60);
    clock.now += 1;
    const { readings } = (await engine.read(id))!;
    await sweep();
    expect(await rows()).toEqual([0, 0, 0]);
    expect((await engine.read(id))!.readings).toEqual(readings);
    const { plan } = (await releases.get(id))!;
    for (const { record } of await releases.decisions(id, 1, 10))
      expect(replay(plan, record)).toEqual({ outcome: 'same' });
  });
});
