import { expect, test } from 'vitest';
import { replay } from '../../../src/release/run/replay.ts';
import { listeners, releaseBench } from './release-bench.ts';

test('every decision comes out again from its record, and not from one that was changed', async () => {
  const { create, watch, visit, command, releases } = await releaseBench();
  const id = await create({
    guards: [{ metric: 'playlist-error' }, { metric: 'page-duration-shift', action: 'pause' }],
    approvals: [1],
    freeze: [{ start: '2030-05-01T12:01:00Z', end: '2030-05-01T12:02:00Z' }],
  });
  await watch(2_000);
  await visit(listeners(400), (_, name) => name.endsWith('7'));
  await watch(70_000);
  await visit(listeners(400));
  await watch(60_000);
  await command(id, 'approve');
  await visit(listeners(400));
  await watch(2_000);
  await command(id, 'pause');
  await command(id, 'resume');
  await visit(listeners(600, 400), (isTreated) => isTreated);
  await watch(2_000);
  const { plan } = (await releases.get(id))!;
  const decisions = await releases.decisions(id, 1, 100);
  expect(decisions.map(({ action }) => action).filter((action) => action !== 'held')).toEqual([
    'started',
    'awaits-approval',
    'approved',
    'advanced',
    'paused',
    'resumed',
    'rolled-back',
  ]);
  for (const { record } of decisions) expect(replay(plan, record)).toEqual({ outcome: 'same' });

  const { record } = decisions.at(-1)!;
  const { readings } = record.observation;
  const [errors, ...others] = readings!.guards;
  const fewer = errors?.kind === 'events' ? { ...errors, classes: errors.classes.slice(1) } : errors!;
  const forged = {
    ...record,
    observation: { ...record.observation, readings: { ...readings!, guards: [fewer, ...others] } },
  };
  expect(replay(plan, forged)).toMatchObject({ outcome: 'different' });
});
