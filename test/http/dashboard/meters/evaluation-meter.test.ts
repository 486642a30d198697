import { describe, expect, test } from 'vitest';
import { createEvaluationCounts } from '../../../../src/http/dashboard/meters/evaluation-counts.ts';
import { createEvaluationMeter } from '../../../../src/http/dashboard/meters/evaluation-meter.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';

describe('the level meters', () => {
  function meterOf(options: { windowMs?: number; slotMs?: number } = {}) {
    let now = 1_000_000;
    const counts = createEvaluationCounts();
    const meter = createEvaluationMeter({ counts: counts.counts, now: () => now, ...options });
    return {
      counts,
      meter,
      wait: (ms: number) => {
        now += ms;
      },
      level: (variation: number | null) => {
        meter.sample();
        return (
          meter.levels(DEFAULT_ENVIRONMENT, 'f').find((level) => level.variation === variation)?.count ?? 0
        );
      },
    };
  }

  test('show what was served within the window, and forget the rest', () => {
    const { counts, level, wait } = meterOf();
    counts.count('f', 0, 5);
    expect(level(0)).toBe(0);
    counts.count('f', 0, 3);
    counts.count('f', 1);
    expect([level(0), level(1), level(null)]).toEqual([3, 1, 0]);
    wait(200_000);
    counts.count('f', 0, 2);
    expect(level(0)).toBe(5);
    wait(101_000);
    expect([level(0), level(1)]).toEqual([2, 0]);
    wait(300_000);
    expect(level(0)).toBe(0);
  });

  test('count what is new since the first look from its beginning', () => {
    const { counts, meter, level } = meterOf();
    meter.sample();
    counts.count('f', null, 4);
    expect(level(null)).toBe(4);
  });

  test('go on when a counter starts again', () => {
    let count = 10;
    let now = 0;
    const meter = createEvaluationMeter({
      counts: () => [{ flagKey: 'f', variation: 0, count }],
      now: () => now,
    });
    meter.sample();
    now = 1_000;
    count = 3;
    meter.sample();
    expect(meter.levels(DEFAULT_ENVIRONMENT, 'f')).toEqual([{ variation: 0, count: 3 }]);
  });

  test('are those of the environment that is counted', () => {
    const { counts, meter } = meterOf();
    meter.sample();
    counts.count('f', 0, 2);
    meter.sample();
    expect(meter.levels(DEFAULT_ENVIRONMENT, 'f')).toEqual([{ variation: 0, count: 2 }]);
    expect(meter.levels({ ...DEFAULT_ENVIRONMENT, environment: 'staging' }, 'f')).toEqual([]);
  });
});
