import { describe, expect, test } from 'vitest';
import type { DatabaseTarget } from '../../../src/store/sql/database.ts';
import { eachDatabase } from '../../support/each-database.ts';
import { listeners, releaseBench } from '../run/release-bench.ts';

const within = '10s';
const guardOf = (absolute: number, metric = 'playlist-error') => [{ metric, margin: { absolute, within } }];

/** A release whose guard has an absolute margin, and what it has counted. */
async function watchedOn(target: DatabaseTarget, absolute: number, metric?: string) {
  const bench = await releaseBench(target);
  const id = await bench.create({
    guards: guardOf(absolute, metric),
    stages: [
      { share: 50, hold: '1m' },
      { share: 90, hold: '10m' },
    ],
  });
  await bench.watch(1_000);
  const outcomes = async () => {
    const { readings } = (await bench.engine.read(id))!;
    const [series] = readings.guards;
    if (series?.kind !== 'outcomes') throw new Error('expected outcomes');
    const { controlSuccess, controlFailure, treatmentSuccess, treatmentFailure } = series.counts;
    return { harm: controlSuccess + treatmentSuccess, fine: controlFailure + treatmentFailure, ...series };
  };
  return { ...bench, id, outcomes };
}

describe('a guard with an absolute margin', () => {
  eachDatabase((target) => {
    const watched = async (absolute: number, metric?: string) => watchedOn(await target(), absolute, metric);

    test('judges a listener when their time is over, and not before', async () => {
      const { visit, watch, outcomes } = await watched(0.05);
      await visit(listeners(40), (_, name) => name === 'listener-3');
      await watch(9_000);
      await visit(listeners(1, 1_000));
      expect(await outcomes()).toMatchObject({ harm: 0, fine: 0 });
      await watch(1_000);
      await visit(listeners(1, 1_001));
      expect(await outcomes()).toMatchObject({ harm: 1, fine: 39 });
    });

    test('counts a listener once in a stage, and no event that comes too late', async () => {
      const { visit, watch, outcomes } = await watched(0.05);
      await visit(listeners(20));
      await watch(10_000);
      await visit(listeners(20), () => true);
      expect(await outcomes()).toMatchObject({ harm: 0, fine: 20 });
      await watch(10_000);
      await visit(listeners(1, 1_000));
      expect(await outcomes()).toMatchObject({ harm: 0, fine: 20 });
    });

    test('counts those again who were control, and gives them the chance that is left', async () => {
      const { visit, watch, outcomes, command, id } = await watched(0.05);
      await visit(listeners(200));
      await watch(11_000);
      await visit(listeners(1, 1_000));
      const { counts } = await outcomes();
      const controls = counts.controlFailure;
      expect(controls).toBeGreaterThan(70);
      await command(id, 'advance');
      await visit(listeners(200));
      await watch(11_000);
      await visit(listeners(1, 1_001));
      const after = (await outcomes()).counts;
      // Those of the first stage that were treated tell nothing more.
      expect(after.controlFailure + after.treatmentFailure).toBe(200 + controls + 1);
    });

    test('lets pass what is within, and trips beyond', async () => {
      const { visit, watch, state, id } = await watched(0.2);
      await visit(
        listeners(800),
        (isTreated, name) => name.endsWith('7') || (isTreated && name.endsWith('3')),
      );
      await watch(11_000);
      await visit(listeners(1, 1_000));
      await watch(1_000);
      expect(await state(id)).toMatchObject({ state: 'running' });
      await visit(listeners(400, 2_000), (isTreated, name) => isTreated && /[1-6]$/.test(name));
      await watch(11_000);
      await visit(listeners(1, 3_000));
      await watch(1_000);
      expect(await state(id)).toMatchObject({ state: 'rolled-back', tripped: ['playlist-error'] });
    });

    test('neither passes nor fails before enough have been judged', async () => {
      const { visit, watch, state, id } = await watched(0);
      await visit(listeners(40), (isTreated) => isTreated);
      await watch(75_000);
      await visit(listeners(2, 1_000));
      await watch(1_000);
      expect(await state(id)).toMatchObject({ state: 'holding', blockedBy: 'too-few' });
    });

    test('looks for the lack of what is wanted', async () => {
      const { visit, watch, outcomes } = await watched(0.05, 'play');
      await visit(listeners(30), () => true);
      await watch(11_000);
      await visit(listeners(1, 1_000));
      expect(await outcomes()).toMatchObject({ harm: 30, fine: 0 });
    });
  });
});
