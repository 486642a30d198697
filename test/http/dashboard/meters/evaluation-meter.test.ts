import { describe, expect, test } from 'vitest';
import { createEvaluationCounts } from '../../../../src/http/dashboard/meters/evaluation-counts.ts';
import { createEvaluationMeter } from '../../../../src/http/dashboard/meters/evaluation-meter.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';

const MINUTE_MS = 60_000;

function meterAt(start: number) {
  let now = start;
  const { count, counts } = createEvaluationCounts();
  const meter = createEvaluationMeter({ counts, now: () => now });
  const wait = (minutes: number) => {
    now += minutes * MINUTE_MS;
  };
  const perMinute = () => {
    meter.sample();
    return meter.perMinute(DEFAULT_ENVIRONMENT, 'f');
  };
  return { count, meter, wait, perMinute };
}

describe('evaluations per minute', () => {
  test('are those of the last 30 minutes, oldest first, of all variations together', () => {
    const { count, perMinute, wait, meter } = meterAt(1_000_000);
    meter.sample();
    count('f', 0, 3);
    count('f', 1);
    perMinute();
    wait(2);
    count('f', null, 2);
    expect(perMinute()).toEqual([...Array.from({ length: 27 }, () => 0), 4, 0, 2]);
    wait(29);
    expect(perMinute()).toEqual([2, ...Array.from({ length: 29 }, () => 0)]);
    wait(1);
    expect(perMinute()).toEqual([]);
  });

  test('leave out what was counted before the first reading, whose time is not known', () => {
    const { count, perMinute } = meterAt(0);
    count('f', 0, 5);
    expect(perMinute()).toEqual([]);
    count('f', 0, 2);
    expect(perMinute().at(-1)).toBe(2);
  });

  test('go on when a counter starts again', () => {
    let count = 10;
    const counts = () => [{ flagKey: 'f', variation: 0, count }];
    const meter = createEvaluationMeter({ counts, now: () => 0 });
    meter.sample();
    count = 3;
    meter.sample();
    expect(meter.perMinute(DEFAULT_ENVIRONMENT, 'f').at(-1)).toBe(3);
  });

  test('are those of the environment that is counted', () => {
    const { count, meter } = meterAt(0);
    meter.sample();
    count('f', 0, 2);
    meter.sample();
    expect(meter.perMinute({ ...DEFAULT_ENVIRONMENT, environment: 'staging' }, 'f')).toEqual([]);
  });
});
