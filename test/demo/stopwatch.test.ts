import { describe, expect, test } from 'vitest';
import { createStopwatch } from '../../src/demo/stopwatch.ts';

describe('the stopwatch from fault to rollback', () => {
  const begin = () => {
    const time = { now: 1_000 };
    return { time, watch: createStopwatch(() => time.now) };
  };

  test('runs from the first fault to the rollback, and keeps its verdict', () => {
    const { time, watch } = begin();
    watch.broken();
    time.now += 2_000;
    watch.broken();
    time.now += 500;
    watch.rolledBack('Rolled back: playlist-error got worse.');
    expect(watch.reading()).toEqual({
      brokenAt: 1_000,
      tookMs: 2_500,
      verdict: 'Rolled back: playlist-error got worse.',
    });
    expect(watch.isRunning()).toBe(false);
  });

  test('does not count a rollback without a fault', () => {
    const { watch } = begin();
    watch.rolledBack('Rolled back by somebody.');
    expect(watch.reading().tookMs).toBeUndefined();
  });

  test('begins anew with the next fault', () => {
    const { time, watch } = begin();
    watch.broken();
    watch.rolledBack('first');
    time.now += 10_000;
    watch.broken();
    expect(watch.reading()).toEqual({ brokenAt: 11_000, tookMs: undefined, verdict: undefined });
    watch.reset();
    expect(watch.reading().brokenAt).toBeUndefined();
  });
});
