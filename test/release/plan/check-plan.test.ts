import { describe, expect, test } from 'vitest';
import type { Flag } from '../../../src/evaluation/model.ts';
import { checkPlan, type PlanSurroundings } from '../../../src/release/plan/check-plan.ts';
import { guardMetrics } from '../../../src/release/guard/guard-metric.ts';
import type { PlanDocument } from '../../../src/release/plan/plan-document.ts';

const NOW = Date.parse('2030-05-01T12:00:00Z');

const flag: Flag = {
  key: 'new-playlist',
  version: 3,
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 1 },
  rules: [
    {
      id: 'half',
      clauses: [],
      rollout: {
        variations: [
          { variation: 0, weight: 50_000 },
          { variation: 1, weight: 50_000 },
        ],
      },
    },
    {
      id: 'by-country',
      clauses: [],
      rollout: { bucketBy: 'country', variations: [{ variation: 1, weight: 100_000 }] },
    },
    {
      id: 'measured',
      clauses: [],
      rollout: { kind: 'experiment', variations: [{ variation: 1, weight: 100_000 }] },
    },
  ],
};

const around: PlanSurroundings = {
  flag,
  metrics: guardMetrics([
    {
      key: 'revenue',
      kind: 'sum',
      event_key: 'bought',
      name: 'revenue',
      direction: 'up',
      cap: null,
      window_hours: null,
    },
  ]),
  otherRelease: undefined,
  servedElsewhere: undefined,
  now: NOW,
};

const plan = (fields: Partial<PlanDocument> = {}): PlanDocument => ({
  flag: 'new-playlist',
  from: 1,
  to: 0,
  stages: [
    { share: 10, hold: '10m' },
    { share: 100, hold: '10m' },
  ],
  ...fields,
});

const ramped = (ramp: NonNullable<PlanDocument['ramp']>): PlanDocument => {
  const { stages: _stages, ...rest } = plan();
  return { ...rest, ramp };
};

const pointers = (fields: Partial<PlanDocument>, surroundings: Partial<PlanSurroundings> = {}) =>
  checkPlan(plan(fields), { ...around, ...surroundings }).map(({ pointer }) => pointer);

describe('a plan', () => {
  test('with nothing wrong in it is accepted', () => {
    expect(
      checkPlan(
        plan({ guards: [{ metric: 'playlist-error' }], holdback: { share: 10, watch: '1d' } }),
        around,
      ),
    ).toEqual([]);
    expect(checkPlan(ramped({ duration: '10m' }), around)).toEqual([]);
  });

  test.each<[string, Partial<PlanDocument>, readonly string[], Partial<PlanSurroundings>?]>([
    [
      'whose shares fall',
      {
        stages: [
          { share: 20, hold: '1m' },
          { share: 5, hold: '1m' },
        ],
      },
      ['/stages/1/share'],
    ],
    ['of a variation that does not exist', { to: 7 }, ['/to']],
    ['from a variation to itself', { to: 1 }, ['/to']],
    ['of an unknown metric', { guards: [{ metric: 'applause' }] }, ['/guards/0/metric']],
    [
      'with a margin of a rate for a metric that compares values',
      { guards: [{ metric: 'page-duration-shift', margin: { relative: 0.1 } }] },
      ['/guards/0/margin/relative'],
    ],
    [
      'with points for a metric that compares values',
      { guards: [{ metric: 'page-duration-shift', margin: { absolute: 0.1 } }] },
      ['/guards/0/margin/absolute'],
    ],
    [
      'that allows all plays to be lost',
      { guards: [{ metric: 'play', margin: { relative: 1 } }] },
      ['/guards/0/margin/relative'],
    ],
    [
      'that judges a listener at once',
      { guards: [{ metric: 'play', margin: { absolute: 0.1, within: '1ms' } }] },
      ['/guards/0/margin/within'],
    ],
    ['of a metric that no guard can watch', { guards: [{ metric: 'revenue' }] }, ['/guards/0/metric']],
    [
      'with two guards on one metric',
      { guards: [{ metric: 'playlist-error' }, { metric: 'playlist-error' }] },
      ['/guards/1/metric'],
    ],
    ['on a rule with another release', {}, ['/rule'], { otherRelease: 'r1' }],
    ['on a rule that does not exist', { rule: 'gone' }, ['/rule']],
    ['on a rule under an experiment', { rule: 'measured' }, ['/rule']],
    ['that would take from the half who have it', { rule: 'half' }, ['/stages/0/share']],
    [
      'guarded on a rule that buckets by country',
      { rule: 'by-country', guards: [{ metric: 'playlist-error' }] },
      ['/guards'],
    ],
    ['of a flag that does not exist', {}, ['/flag'], { flag: undefined }],
    [
      'of a flag that LaunchDarkly serves',
      {},
      ['/flag'],
      { servedElsewhere: 'LaunchDarkly serves this flag' },
    ],
    ['that starts in the past', { start: '2030-05-01T11:59:59Z' }, ['/start']],
    [
      'with a freeze that ends before it starts',
      { freeze: [{ start: '2030-06-02T00:00:00Z', end: '2030-06-01T00:00:00Z' }] },
      ['/freeze/0/end'],
    ],
    [
      'whose freezes never open',
      {
        freeze: [
          { from: '00:00', to: '12:00' },
          { from: '12:00', to: '24:00' },
        ],
      },
      ['/freeze'],
    ],
    ['that approves a stage which is not there', { approvals: [2] }, ['/approvals/0']],
    [
      'that holds back of less than all',
      { stages: [{ share: 50, hold: '1m' }], holdback: { share: 10, watch: '1h' } },
      ['/holdback'],
    ],
    ['with stages and a ramp', { ramp: { duration: '1h' } }, ['/ramp']],
  ])('%s is refused where it is wrong', (_, fields, expected, surroundings = {}) => {
    expect(pointers(fields, surroundings)).toEqual(expected);
  });

  test('whose ramp falls, or is over at once, is refused where it is wrong', () => {
    const falling = checkPlan(ramped({ duration: '10ms', startShare: 50, endShare: 20 }), around);
    expect(falling.map(({ pointer }) => pointer)).toEqual(['/ramp/endShare', '/ramp/duration']);
  });

  test('gets all of its problems at once', () => {
    const wrong: Partial<PlanDocument> = {
      from: 9,
      to: 8,
      stages: [
        { share: 20, hold: '1m' },
        { share: 5, hold: '1m' },
      ],
      guards: [{ metric: 'applause' }],
      freeze: [{ from: '00:00', to: '24:00' }],
      start: '2020-01-01T00:00:00Z',
    };
    expect(pointers(wrong, { otherRelease: 'r1' }).toSorted()).toEqual([
      '/freeze',
      '/from',
      '/guards/0/metric',
      '/rule',
      '/rule',
      '/stages/1/share',
      '/start',
      '/to',
    ]);
  });
});
