import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createRunRecorder,
  replay,
  type RunAction,
  type SavedRun,
  savedRunSchema,
} from '../../src/demo/saved-run.ts';

const broken = { errorRate: 0.4, latencyMs: 0, wrongOrder: false };
const mended = { errorRate: 0, latencyMs: 0, wrongOrder: false };

describe('a saved run', () => {
  test('begins with the crowd, and notes what is done and when', () => {
    const time = { now: 5_000 };
    const recorder = createRunRecorder(() => time.now);
    recorder.note({ do: 'release' });
    expect(recorder.startedAt()).toBeUndefined();
    recorder.note({ do: 'crowd', size: 100 });
    time.now += 1_500;
    recorder.note({ do: 'faults', faults: broken });
    expect([recorder.startedAt(), recorder.actions()]).toEqual([
      5_000,
      [
        { atMs: 0, action: { do: 'crowd', size: 100 } },
        { atMs: 1_500, action: { do: 'faults', faults: broken } },
      ],
    ]);
  });

  test('begins anew with the crowd that comes after one has left', () => {
    const recorder = createRunRecorder(() => 0);
    for (const done of [
      { do: 'crowd', size: 100 },
      { do: 'crowd', size: 200 },
      { do: 'leave' },
      { do: 'crowd', size: 300 },
    ] satisfies RunAction[])
      recorder.note(done);
    expect(recorder.actions()).toEqual([{ atMs: 0, action: { do: 'crowd', size: 300 } }]);
  });

  test('is done again in its order, and mends and releases only once what was broken has had its end', async () => {
    const run: SavedRun = {
      seed: 3,
      actions: [
        { atMs: 0, action: { do: 'crowd', size: 50 } },
        { atMs: 5, action: { do: 'release' } },
        { atMs: 10, action: { do: 'faults', faults: broken } },
        { atMs: 15, action: { do: 'faults', faults: mended } },
      ],
      outcomes: ['rolled-back'],
    };
    const done: string[] = [];
    // It is rolled back at the third look after it was broken.
    let looksLeft = 0;
    const replayer = {
      carryOut: async (action: RunAction, seed: number) => {
        done.push(`${action.do} ${seed} ${looksLeft}`);
        if (action.do === 'faults' && action.faults.errorRate > 0) looksLeft = 3;
      },
      isReleaseUnderWay: async () => {
        if (looksLeft > 0) looksLeft -= 1;
        return looksLeft > 0;
      },
    };
    await replay(run, replayer, new AbortController().signal);
    expect(done).toEqual(['crowd 3 0', 'release 3 0', 'faults 3 0', 'faults 3 0']);
  });

  test('ends at once when it is stopped', async () => {
    const stopping = new AbortController();
    const run: SavedRun = { seed: 1, actions: [{ atMs: 600_000, action: { do: 'leave' } }], outcomes: [] };
    const replaying = replay(
      run,
      { carryOut: async () => {}, isReleaseUnderWay: async () => false },
      stopping.signal,
    );
    stopping.abort();
    await expect(replaying).rejects.toThrow('aborted');
  });

  test('ships with the program', () => {
    const file = join(import.meta.dirname, '..', '..', 'data', 'talk-run.json');
    expect(savedRunSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).outcomes).toEqual([
      'rolled-back',
      'completed',
    ]);
  });
});
