import { describe, expect, test } from 'vitest';
import type { Context } from '../../../src/evaluation/model.ts';
import { entryOf, flagsAt } from '../../../src/release/forecast/flags-at.ts';
import type { PlanDocument } from '../../../src/release/plan/plan-document.ts';
import type { Schedule } from '../../../src/release/schedule.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { FLAG, NOON, PRESENTER, releaseBench } from '../run/release-bench.ts';

const CROWD: readonly Context[] = Array.from({ length: 400 }, (_, index) => ({
  kind: 'user',
  key: `listener-${index}`,
}));

async function bench(plan: Partial<PlanDocument> = {}) {
  const whole = await releaseBench();
  const { create, releases, store, now } = whole;
  const id = await create(plan);
  const snapshot = () => store.snapshot(DEFAULT_ENVIRONMENT)!;
  const release = async () => (await releases.get(id))!;
  const forecast = async (at: number, schedules: readonly Schedule[] = []) =>
    flagsAt(snapshot(), { releases: [await release()], schedules }, at, now());
  const saidAt = async (at: number) => (await forecast(at)).planned.get(FLAG)?.join(' ');
  const served = (evaluator: ReturnType<typeof snapshot>['evaluator']) =>
    CROWD.map((context) => evaluator.evaluate(FLAG, context, null).value);
  return { ...whole, id, snapshot, release, forecast, saidAt, served };
}

const schedule = (instruction: Schedule['instruction'], dueAt: number): Schedule => ({
  id: 'one',
  environment: DEFAULT_ENVIRONMENT,
  flag: FLAG,
  instruction,
  dueAt,
  comment: null,
  state: 'waiting',
  createdAt: NOON,
  createdBy: PRESENTER,
  finishedAt: null,
  result: null,
  auditId: null,
});

describe('the flags at a time to come', () => {
  test('give each listener what they get when that time has come', async () => {
    const { watch, forecast, served, snapshot, now } = await bench();
    await watch(20_000);
    const forecasts = new Map<number, unknown>();
    for (const later of [0, 40_000, 41_000, 101_000, 161_000])
      forecasts.set(now() + later, served((await forecast(now() + later)).evaluator));
    for (const [at, expected] of forecasts) {
      await watch(at - now());
      expect(served(snapshot().evaluator), String(at - NOON)).toEqual(expected);
    }
  });

  test('say the share, the stage and what it depends on', async () => {
    const stages = [
      { share: 10, hold: '1m' },
      { share: 100, hold: '1m' },
    ];
    const { watch, saidAt } = await bench({ stages, approvals: [1] });
    await watch(20_000);
    expect(await saidAt(NOON + 50_000)).toBe(
      'By its plan the release on the default rule then serves the new version to 10 %, in stage 1 of 2; now to 10 %.',
    );
    expect(await saidAt(NOON + 100_000)).toBe(
      'By its plan the release on the default rule then serves the new version to 100 %, in stage 2 of 2; now to 10 %. This holds if each approval is given at once.',
    );
    expect(await saidAt(NOON + 1_000_000)).toContain('to 100 %, when it is complete;');
  });

  test('wait for the end of a freeze window', async () => {
    const freeze = [{ from: '12:00', to: '12:10' }];
    const { watch, saidAt } = await bench({ start: '2030-05-01T12:05:00Z', freeze });
    await watch(1_000);
    expect(await saidAt(NOON + 6 * 60_000)).toBe(
      'The release on the default rule starts only at 2030-05-01T12:10:00.000Z.',
    );
    expect(await saidAt(NOON + 10.5 * 60_000)).toContain('to 10 %, in stage 1 of 3; now to 0 %.');
  });

  test('stay as they are while a release is paused or waits for its start', async () => {
    const { watch, command, id, saidAt, forecast, served, snapshot } = await bench();
    await watch(20_000);
    await command(id, 'pause');
    expect(await saidAt(NOON + 1_000_000)).toBe(
      'The release on the default rule is paused at 10 % until somebody resumes it.',
    );
    expect(served((await forecast(NOON + 1_000_000)).evaluator)).toEqual(served(snapshot().evaluator));
    const waiting = await bench({ start: 'manual' });
    expect(await waiting.saidAt(NOON + 1_000_000)).toContain('waits for somebody to start it.');
  });

  test('have the schedules that are due by then', async () => {
    const { watch, forecast, served } = await bench();
    await watch(20_000);
    const off = schedule({ kind: 'off' }, NOON + 60_000);
    const before = await forecast(NOON + 59_000, [off]);
    expect(before.planned.get(FLAG)).toHaveLength(1);
    const after = await forecast(NOON + 60_000, [off]);
    expect(after.planned.get(FLAG)?.[1]).toBe(
      'The flag is scheduled to be switched off at 2030-05-01T12:01:00.000Z.',
    );
    expect(new Set(served(after.evaluator))).toEqual(new Set([false]));
  });
});

test('the entry of a listener is the start of the first stage that has them', async () => {
  const { watch, forecast, release, snapshot, now } = await bench();
  await watch(20_000);
  const { evaluator, flags } = snapshot();
  const kinds = new Set<string>();
  for (const context of CROWD) {
    const entry = entryOf(evaluator, flags.get(FLAG)!.definition, await release(), context, now());
    kinds.add(entry.kind);
    if (entry.kind !== 'at') continue;
    const valueAt = async (at: number) => (await forecast(at)).evaluator.evaluate(FLAG, context, null).value;
    expect([await valueAt(entry.at - 1), await valueAt(entry.at)]).toEqual([false, true]);
  }
  expect(kinds).toEqual(new Set(['already', 'at']));
});
