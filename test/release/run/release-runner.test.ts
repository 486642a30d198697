import { describe, expect, test } from 'vitest';
import { replay } from '../../../src/release/run/replay.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { FLAG, listeners, NOON, PRESENTER, releaseBench } from './release-bench.ts';

const guards = [{ metric: 'playlist-error' }];

describe('a release that only time decides', () => {
  test('goes through its stages and completes, each change an ordinary one by the release', async () => {
    const { create, watch, share, state, store, releases } = await releaseBench();
    const id = await create();
    const shares: number[] = [];
    for (let minute = 0; minute < 4; minute += 1) {
      await watch(minute === 0 ? 1_000 : 60_000);
      shares.push(share());
    }
    expect(shares).toEqual([10, 50, 100, 100]);
    expect(await state(id)).toMatchObject({ state: 'completed', share: 100_000 });
    const entries = await store.audit({ key: FLAG });
    expect(entries.map(({ author }) => author.id)).toEqual([
      `release:${id}`,
      `release:${id}`,
      `release:${id}`,
      PRESENTER.id,
    ]);
    const decisions = await releases.decisions(id, 1, 100);
    expect(decisions.map(({ action }) => action)).toEqual(['started', 'advanced', 'advanced', 'completed']);
    expect(await releases.underWay()).toEqual([]);
  });

  test('counts the time that was watched: a clock that jumps and a runner that slept skip nothing', async () => {
    const { create, watch, share, clock, pass, runner } = await releaseBench();
    await create();
    await watch(30_000);
    clock.now += 86_400_000;
    await runner.tick();
    clock.now -= 172_800_000;
    await runner.tick();
    pass(3_600_000);
    await runner.tick();
    expect(share()).toBe(10);
    await watch(31_000);
    expect(share()).toBe(50);
  });

  test('runs faster or stands still by the clock of a talk', async () => {
    const { create, watch, share, clock } = await releaseBench();
    await create();
    await watch(1_000);
    clock.pace = 60;
    await watch(1_000);
    expect(share()).toBe(50);
    clock.pace = 0;
    await watch(120_000);
    expect(share()).toBe(50);
    clock.pace = 1;
    await watch(61_000);
    expect(share()).toBe(100);
  });

  test('waits for its time, or for somebody', async () => {
    const { create, watch, state, command } = await releaseBench();
    const id = await create({ start: new Date(NOON + 5_000).toISOString() });
    await watch(4_000);
    expect(await state(id)).toMatchObject({ state: 'scheduled', stage: -1 });
    await watch(1_000);
    expect(await state(id)).toMatchObject({ state: 'running', stage: 0 });
    await command(id, 'stop');
    const manual = await create({ start: 'manual' });
    await watch(60_000);
    expect(await state(manual)).toMatchObject({ state: 'scheduled' });
    expect(await command(manual, 'start')).toMatchObject({ outcome: 'done' });
    expect(await command(manual, 'start')).toMatchObject({ outcome: 'unchanged' });
    expect(await state(manual)).toMatchObject({ state: 'running', stage: 0 });
  });

  test('pauses without catching up in a jump, and goes on where it was', async () => {
    const { create, watch, state, share, command } = await releaseBench();
    const id = await create();
    await watch(41_000);
    await command(id, 'pause');
    await watch(600_000);
    expect(share()).toBe(10);
    await command(id, 'resume');
    await watch(18_000);
    expect(share()).toBe(10);
    await watch(3_000);
    expect(share()).toBe(50);
    expect(await state(id)).toMatchObject({ stage: 1 });
  });

  test('begins no stage in a freeze window that opens while the decision waits to be written', async () => {
    const { create, clock, engine, state, watch } = await releaseBench();
    const id = await create({ freeze: [{ start: '2030-05-01T12:01:01Z', end: '2030-05-01T12:02:00Z' }] });
    await watch(1_000);
    clock.now = Date.parse('2030-05-01T12:01:00.900Z');
    const stepped = await engine.step(id, 60_000, async () => void (clock.now += 200));
    expect(stepped?.release.state).toMatchObject({ stage: 0, blockedBy: 'freeze' });
    expect(await state(id)).toMatchObject({ state: 'holding', stage: 0, blockedBy: 'freeze' });
  });

  test('begins no stage in a freeze window, and rolls back in one', async () => {
    const freeze = [
      { start: new Date(NOON + 30_000).toISOString(), end: new Date(NOON + 300_000).toISOString() },
    ];
    const { create, watch, share, state, command } = await releaseBench();
    const id = await create({ freeze });
    await watch(120_000);
    expect(share()).toBe(10);
    expect(await state(id)).toMatchObject({ state: 'holding', blockedBy: 'freeze' });
    expect(await command(id, 'advance')).toMatchObject({ outcome: 'refused' });
    await watch(181_000);
    expect(share()).toBe(50);
    await command(id, 'rollback');
    expect(share()).toBe(0);
  });

  test('waits for an approval before the stage that needs one', async () => {
    const { create, watch, share, state, command } = await releaseBench();
    const id = await create({ approvals: [1] });
    await watch(120_000);
    expect(await state(id)).toMatchObject({ state: 'awaiting-approval' });
    expect(share()).toBe(10);
    await command(id, 'approve');
    await watch(1_000);
    expect(share()).toBe(50);
  });

  test('keeps a holdback on the old version until its watch is over', async () => {
    const { create, watch, share, state } = await releaseBench();
    const id = await create({ holdback: { share: 10, watch: '2m' } });
    await watch(121_000);
    expect(share()).toBe(90);
    await watch(118_000);
    expect(share()).toBe(90);
    await watch(3_000);
    expect(share()).toBe(100);
    expect(await state(id)).toMatchObject({ state: 'completed' });
  });

  test('lets somebody else’s change stand, and waits', async () => {
    const { create, watch, share, state, store, flag, command } = await releaseBench();
    const id = await create();
    await watch(1_000);
    const change = (definition: object) =>
      store.change(PRESENTER, {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: FLAG,
        definition: { ...flag()!.definition, ...definition },
      });
    await change({ fallthrough: { variation: 1 } });
    await watch(90_000);
    expect(share()).toBe(0);
    expect(await state(id)).toMatchObject({
      state: 'paused',
      sentence: expect.stringContaining('set the share to 0 %'),
    });
    await command(id, 'resume');
    expect(share()).toBe(10);
    await change({ on: false });
    await watch(1_000);
    expect(await state(id)).toMatchObject({ state: 'paused' });
    expect(await command(id, 'resume')).toMatchObject({ outcome: 'refused' });
  });

  test('is the only one on its rule', async () => {
    const { create, releases } = await releaseBench();
    const id = await create();
    await expect(create()).rejects.toThrow('another release');
    expect(await releases.onRule(DEFAULT_ENVIRONMENT, FLAG, 'default')).toBe(id);
  });
});

describe('a guarded release', () => {
  test('rolls back when the new version fails, and says why', async () => {
    const { create, watch, share, state, visit, releases, flag } = await releaseBench();
    const id = await create({ guards, stages: [{ share: 50, hold: '10m' }] });
    await watch(1_000);
    expect(flag()?.definition.trackEventsFallthrough).toBe(true);
    await visit(listeners(200), (isTreated) => isTreated);
    await watch(1_000);
    expect(await state(id)).toMatchObject({ state: 'rolled-back', tripped: ['playlist-error'] });
    expect(share()).toBe(0);
    expect(flag()?.definition.trackEventsFallthrough).toBe(false);
    const decision = (await releases.decisions(id, 1, 10)).at(-1)!;
    expect(decision.record.judgements).toMatchObject([{ verdict: 'tripped', listeners: expect.any(Number) }]);
  });

  test('neither passes nor fails on fewer listeners than it needs, even when all of them failed', async () => {
    const { create, watch, state, visit, share } = await releaseBench();
    const id = await create({ guards, stages: [{ share: 100, hold: '1m' }], extendAtMost: '2m' });
    await watch(1_000);
    await visit(listeners(29), () => true);
    await watch(61_000);
    expect(await state(id)).toMatchObject({ state: 'holding', blockedBy: 'too-few' });
    await watch(120_000);
    expect(await state(id)).toMatchObject({
      state: 'inconclusive',
      sentence: expect.stringContaining('No harm was so large that playlist-error would have found it.'),
    });
    expect(share()).toBe(0);
  });

  test('says in the end what it could have seen, where it was inconclusive, and the same from its record', async () => {
    const { create, watch, visit, engine, releases } = await releaseBench();
    const id = await create({
      guards: [{ metric: 'playlist-error', minimumListeners: 1_000 }],
      stages: [{ share: 10, hold: '1m' }],
      extendAtMost: '1m',
    });
    await watch(1_000);
    await visit(listeners(300), (isTreated, name) => !isTreated && name.endsWith('7'));
    await watch(121_000);
    const { plan, state } = (await engine.read(id))!.release;
    expect(state.sentence).toMatch(
      /^Inconclusive .* of 1000 listeners\. The smallest harm that playlist-error would have found is [4-9](\.\d)? times the old version’s rate\. Everybody has the old version\.$/,
    );
    const { record } = (await releases.decisions(id, 1, 10)).at(-1)!;
    expect(replay(plan, record)).toEqual({ outcome: 'same' });
    // As it was written before releases said what they could have seen.
    const judgements = record.judgements?.map(({ smallestEffect: _unknown, ...rest }) => rest) ?? null;
    const sentence = record.after.sentence.replace(/ The smallest harm .* rate\./, '');
    const old = { ...record, judgements, after: { ...record.after, sentence } };
    expect(old.after.sentence).not.toBe(record.after.sentence);
    expect(replay(plan, old)).toEqual({ outcome: 'same' });
  });

  test('completes when nothing is wrong', async () => {
    const { create, watch, state, visit } = await releaseBench();
    const id = await create({ guards });
    for (let minute = 0; minute < 3; minute += 1) {
      await watch(59_000);
      await visit(listeners(400), (_, name) => name.endsWith('7'));
      await watch(3_000);
    }
    expect(await state(id)).toMatchObject({ state: 'completed' });
  });

  test('holds while its source is silent', async () => {
    const { create, watch, state, visit } = await releaseBench();
    const id = await create({
      guards,
      stages: [
        { share: 10, hold: '2m' },
        { share: 100, hold: '1m' },
      ],
    });
    await watch(1_000);
    await visit(listeners(400));
    await watch(125_000);
    expect(await state(id)).toMatchObject({ stage: 0, state: 'holding', blockedBy: 'silent' });
    await visit(listeners(400));
    await watch(1_000);
    expect(await state(id)).toMatchObject({ stage: 1, state: 'running' });
  });

  const TWO_STAGES = [
    { share: 10, hold: '1m' },
    { share: 100, hold: '1m' },
  ];

  test('holds while its source is late: listeners that come now, but came minutes ago', async () => {
    const { create, watch, state, visit, now } = await releaseBench();
    const id = await create({ guards, stages: TWO_STAGES });
    await watch(120_000);
    await visit(listeners(400), () => false, { at: now() - 61_000 });
    await watch(1_000);
    expect(await state(id)).toMatchObject({ stage: 0, state: 'holding', blockedBy: 'silent' });
    await visit(listeners(400, 400));
    await watch(1_000);
    expect(await state(id)).toMatchObject({ stage: 1, state: 'running' });
  });

  test('holds while its source says what makes no sense, and its decisions can be read', async () => {
    const { create, watch, state, visit, database, releases } = await releaseBench();
    const id = await create({ guards, stages: TWO_STAGES });
    await watch(1_000);
    await visit(listeners(400));
    const say = (treatment: number) =>
      database.kysely.updateTable('release_listeners').set({ treatment }).execute();
    await say(-40);
    await watch(70_000);
    expect(await state(id)).toMatchObject({ stage: 0, state: 'holding', blockedBy: 'unreadable' });
    expect((await releases.decisions(id, 1, 10)).at(-1)?.record).toMatchObject({
      action: 'held',
      judgements: null,
    });
    await say(40);
    await visit(listeners(400));
    await watch(1_000);
    expect(await state(id)).toMatchObject({ stage: 1, state: 'running' });
  });

  test('holds while the values that it is to compare are not there or are NaN', async () => {
    const { create, watch, state, visit, errors } = await releaseBench();
    const id = await create({ guards: [{ metric: 'page-duration-shift' }], stages: TWO_STAGES });
    await watch(1_000);
    await visit(listeners(400));
    await visit(listeners(400), () => false, { durationMs: () => Number.NaN });
    await watch(60_000);
    expect(await state(id)).toMatchObject({ stage: 0, state: 'holding', blockedBy: 'too-few' });
    await visit(listeners(400));
    await watch(1_000);
    expect(await state(id)).toMatchObject({ stage: 1, state: 'running' });
    expect(errors).toEqual([]);
  });

  test('counts no listener of a share that somebody else set', async () => {
    const { create, watch, state, store, flag, visit, engine } = await releaseBench();
    const id = await create({ guards, stages: [{ share: 10, hold: '1h' }] });
    await watch(1_000);
    await visit(listeners(100));
    const rollout = {
      variations: [
        { variation: 0, weight: 30_000 },
        { variation: 1, weight: 70_000 },
      ],
    };
    await store.change(PRESENTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: FLAG,
      definition: { ...flag()!.definition, fallthrough: { rollout } },
    });
    await watch(1_000);
    expect(await state(id)).toMatchObject({ state: 'paused' });
    await visit(listeners(100, 100));
    const { treatment, control } = (await engine.read(id))!.readings.listeners;
    expect(treatment + control).toBe(100);
  });

  test('pauses instead when its guard says so, and is not stopped by the same alarm after somebody resumed it', async () => {
    const { create, watch, state, visit, share, command } = await releaseBench();
    const id = await create({
      guards: [{ metric: 'playlist-error', action: 'pause' }],
      stages: [{ share: 50, hold: '1m' }],
    });
    await watch(1_000);
    await visit(listeners(200), (isTreated) => isTreated);
    await watch(1_000);
    expect(await state(id)).toMatchObject({ state: 'paused', tripped: ['playlist-error'] });
    expect(share()).toBe(50);
    await command(id, 'resume');
    await watch(2_000);
    expect(await state(id)).toMatchObject({ state: 'running', accepted: ['playlist-error'] });
  });
});
