import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { MAX_CROWD, MIN_CROWD } from './crowd.ts';

const faults = z.strictObject({
  errorRate: z.number().min(0).max(1),
  latencyMs: z.number().min(0).max(10_000),
  wrongOrder: z.boolean(),
});

const action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('crowd'), size: z.int().min(MIN_CROWD).max(MAX_CROWD) }),
  z.strictObject({ do: z.literal('faults'), faults }),
  z.strictObject({ do: z.enum(['release', 'rollback', 'leave']) }),
]);

/** Something that a presenter did on the dance floor. */
export type RunAction = z.output<typeof action>;

const MAX_ACTIONS = 200;
const MAX_RUN_MS = 30 * 60_000;

/** A talk as a file: who was there, what was done when, and what the releases decided. */
export const savedRunSchema = z.strictObject({
  seed: z.int().min(0).max(1_000_000),
  actions: z.array(z.strictObject({ atMs: z.number().min(0).max(MAX_RUN_MS), action })).max(MAX_ACTIONS),
  /** Of each release, oldest first, how it ended. */
  outcomes: z.array(z.string().max(64)).max(MAX_ACTIONS),
});
export type SavedRun = z.output<typeof savedRunSchema>;

/** Notes what is done, from the moment when a crowd comes in. */
export interface RunRecorder {
  note(action: RunAction): void;
  /** Epoch milliseconds of the first action; undefined: nothing was done yet. */
  startedAt(): number | undefined;
  actions(): SavedRun['actions'];
}

/** @param now epoch milliseconds */
export function createRunRecorder(now: () => number): RunRecorder {
  let startedAt: number | undefined;
  let actions: SavedRun['actions'] = [];
  return {
    note(done) {
      const isAnew =
        done.do === 'crowd' && (startedAt === undefined || actions.at(-1)?.action.do === 'leave');
      if (isAnew) {
        startedAt = now();
        actions = [];
      }
      if (startedAt === undefined || actions.length >= MAX_ACTIONS) return;
      actions = [...actions, { atMs: now() - startedAt, action: done }];
    },
    startedAt: () => startedAt,
    actions: () => actions,
  };
}

export interface Replayer {
  carryOut(action: RunAction, seed: number): Promise<void>;
  /** Whether a release is under way: the next one waits for its end, however fast this machine is. */
  isReleaseUnderWay(): Promise<boolean>;
}

const LOOK_EVERY_MS = 100;

/** Does the same at the same times, and resolves when the last release has ended. */
export async function replay(
  { actions, seed }: SavedRun,
  replayer: Replayer,
  signal: AbortSignal,
): Promise<void> {
  const untilOver = async (): Promise<void> => {
    while (await replayer.isReleaseUnderWay()) await wait(LOOK_EVERY_MS, undefined, { signal });
  };
  let lastMs = 0;
  for (const { atMs, action: next } of actions) {
    await wait(atMs - lastMs, undefined, { signal });
    lastMs = atMs;
    // Mending, leaving and another release come after what the fault before has led to.
    const isAfterwards = next.do === 'release' || next.do === 'leave' || isMending(next);
    if (isAfterwards) await untilOver();
    await replayer.carryOut(next, seed);
  }
  await untilOver();
}

const isMending = (done: RunAction): boolean =>
  done.do === 'faults' && done.faults.errorRate === 0 && done.faults.latencyMs === 0;
