import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createPeriodicTask } from '../../src/shared/periodic-task.ts';

describe('a periodic task', () => {
  test('runs one at a time: a tick during a run is that run', async () => {
    let runs = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const task = createPeriodicTask(async () => {
      await promise;
      return (runs += 1);
    }, 1_000);
    const both = [task.tick(), task.tick()];
    resolve();
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(await task.tick()).toBe(2);
  });

  test('runs by itself once it is started, and not after it was stopped', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let runs = 0;
    const task = createPeriodicTask(async () => void (runs += 1), 1_000);
    task.start();
    task.start();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(runs).toBe(2);
    await task.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(runs).toBe(2);
  });

  test('stopping waits for the run that is under way', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isOver = false;
    const task = createPeriodicTask(async () => {
      await promise;
      isOver = true;
    }, 1_000);
    void task.tick();
    const stopped = task.stop();
    resolve();
    await stopped;
    expect(isOver).toBe(true);
  });
});
