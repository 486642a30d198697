import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src/evaluation/create-evaluator.ts';
import type { Flag } from '../../../src/evaluation/model.ts';
import { createEvaluationCounts } from '../../../src/http/dashboard/evaluation-counts.ts';
import { createEvaluationMeter } from '../../../src/http/dashboard/evaluation-meter.ts';
import { faderPosition, MARKS, percentText } from '../../../src/http/dashboard/fader.ts';
import { flagShare } from '../../../src/http/dashboard/flag-share.ts';
import { withoutTarget, withTarget } from '../../../src/http/dashboard/target-edits.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { PROGRESSIVE_ROLLOUT } from '../../support/site-app.ts';

describe('the fader', () => {
  test('has its marks at equal distances', () => {
    expect(MARKS.map((mark) => Math.round(faderPosition(mark) * 100) / 100)).toEqual([
      0, 16.67, 33.33, 50, 66.67, 83.33, 100,
    ]);
  });

  test('rises all the way', () => {
    const positions = Array.from({ length: 1_001 }, (_, index) => faderPosition(index / 10));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(new Set(positions).size).toBe(positions.length);
  });

  test.each([
    [0, '0\u00a0%'],
    [0.001, '0.001\u00a0%'],
    [33.3, '33.3\u00a0%'],
    [100, '100\u00a0%'],
  ])('%d reads %s', (percentage, text) => {
    expect(percentText(percentage)).toBe(text);
  });

  const shares: readonly (readonly [Partial<Flag>, object])[] = [
    [{ fallthrough: { variation: 0 } }, { kind: 'share', percentage: 100 }],
    [{ fallthrough: { variation: 1 } }, { kind: 'share', percentage: 0 }],
    [
      {
        fallthrough: {
          rollout: {
            variations: [
              { variation: 1, weight: 99_999 },
              { variation: 0, weight: 1 },
            ],
          },
        },
      },
      { kind: 'share', percentage: 0.001 },
    ],
    [
      { fallthrough: { rollout: { kind: 'experiment', variations: [{ variation: 0, weight: 100_000 }] } } },
      { kind: 'other' },
    ],
    [{ fallthrough: {} }, { kind: 'other' }],
    [{ variations: ['a', 'b'] }, { kind: 'other' }],
  ];
  test.each(shares)('of %o stands at %o', (change, share) => {
    expect(flagShare({ ...PROGRESSIVE_ROLLOUT, ...change })).toMatchObject(share);
  });
});

describe('naming a user', () => {
  const served = (flag: Flag, key: string) =>
    createEvaluator({ flags: { [flag.key]: flag }, segments: {} }).evaluate(
      flag.key,
      { kind: 'user', key },
      null,
    );

  const flags: readonly (readonly [string, Partial<Flag>])[] = [
    ['without targets', {}],
    ['that names others', { targets: [{ variation: 1, values: ['bob'] }] }],
    ['that names her for the other variation', { targets: [{ variation: 1, values: ['alice', 'bob'] }] }],
    ['that names her already', { targets: [{ variation: 0, values: ['alice'] }] }],
    ['with context targets', { contextTargets: [{ contextKind: 'device', variation: 1, values: ['d'] }] }],
    [
      'with both',
      {
        targets: [{ variation: 1, values: ['alice'] }],
        contextTargets: [{ contextKind: 'user', variation: 1, values: [] }],
      },
    ],
  ];
  test.each(flags)(
    'of a flag %s makes the evaluator serve it, and taking the name back ends it',
    (_, change) => {
      const named = withTarget({ ...PROGRESSIVE_ROLLOUT, ...change }, 'alice', 0);
      expect(served(named, 'alice')).toMatchObject({ value: true, reason: { kind: 'TARGET_MATCH' } });
      expect(named.targets?.flatMap(({ values }) => values).filter((user) => user === 'alice')).toHaveLength(
        1,
      );
      expect(served(withoutTarget(named, 'alice'), 'alice').reason.kind).toBe('FALLTHROUGH');
    },
  );

  test('leaves everybody else where they were', () => {
    const flag = { ...PROGRESSIVE_ROLLOUT, targets: [{ variation: 1, values: ['alice', 'bob'] }] };
    expect(withTarget(flag, 'alice', 0).targets).toEqual([
      { variation: 1, values: ['bob'] },
      { variation: 0, values: ['alice'] },
    ]);
  });
});

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

  test('do not grow with flags that nobody made', () => {
    const { counts } = meterOf();
    for (let index = 0; index < 1_500; index += 1) counts.count(`made-up-${index}`, 0);
    expect(counts.counts()).toHaveLength(1_000);
  });
});
