import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../../../src/experiment/experiment.ts';
import { SITE_METRICS } from '../../../../src/experiment/metrics/metric.ts';
import type { HistoryPoint } from '../../../../src/experiment/result-history.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { EFFECT_HEIGHT, effectCharts } from '../../../../src/http/dashboard/experiment/effect-chart.ts';

const NOON = Date.parse('2030-05-01T12:00:00Z');
const EXPERIMENT: Experiment = {
  id: 'one',
  environment: DEFAULT_ENVIRONMENT,
  design: {
    name: 'One',
    flag_name: 'checkout',
    rule: 'default',
    control: { variation: 1, name: 'Old' },
    treatments: [{ variation: 0, name: 'New' }],
    primary_metric: 'play',
    other_metrics: ['like'],
    alpha: 0.05,
    planned_units: 10_000,
    history_days: 7,
  },
  status: 'running',
  metrics: ['play', 'like'].map((key) => SITE_METRICS.find((metric) => metric.key === key)!),
  unitKind: 'user',
  wasTracked: false,
  createdAt: NOON,
  createdBy: { id: 'test', via: 'test' },
  startedAt: NOON,
  stoppedAt: null,
  decidedAt: null,
  seenAuditId: 0,
};

const point = (minute: number, half: number, more: Partial<HistoryPoint> = {}): HistoryPoint => ({
  at: NOON + minute * 60_000,
  metric: 0,
  variation: 0,
  units: 100 * (minute + 1),
  effect: 0.05,
  lower: 0.05 - half,
  upper: 0.05 + half,
  ...more,
});

const chartsOf = (...history: readonly HistoryPoint[]) => effectCharts(EXPERIMENT, history, NOON);

describe('the effect over time', () => {
  test('is drawn with its band, its newest value, and the same as a table', () => {
    const [chart] = chartsOf(point(0, 0.2), point(30, 0.1), point(60, 0.02));
    const { name } = EXPERIMENT.metrics[0]!;
    expect(chart?.title).toBe(`New: ${name} over time, now +5\u00a0%, from +3\u00a0% to +7\u00a0%`);
    expect(chart?.effect).toMatch(/^M84,[\d.]+L324,[\d.]+L564,[\d.]+$/);
    expect(chart?.band).toMatch(/Z$/);
    expect(chart?.rows.map(({ units, interval }) => [units, interval])).toEqual([
      [6_100, '+3\u00a0% to +7\u00a0%'],
      [3_100, '−5\u00a0% to +15\u00a0%'],
      [100, '−15\u00a0% to +25\u00a0%'],
    ]);
  });

  test('a first interval of any width leaves room for the later ones, and stays inside', () => {
    const later = Array.from({ length: 9 }, (_, index) => point(index + 1, 0.03));
    const [chart] = chartsOf(point(0, 50), ...later);
    expect(chart?.levels.map(({ text }) => text)).toEqual(['+10\u00a0%', 'no effect', '−10\u00a0%']);
    const heights = [...(chart?.band ?? '').matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...heights)).toBeLessThanOrEqual(EFFECT_HEIGHT);
  });

  test('each metric has its own, the primary first; one point is no chart', () => {
    const other = { metric: 1 };
    const charts = chartsOf(point(0, 1), point(0, 1, other), point(1, 1, other), point(1, 1));
    expect(charts.map(({ isPrimary }) => isPrimary)).toEqual([true, false]);
    expect(chartsOf(point(0, 1))).toEqual([]);
  });

  test('the table of a long history is short, and has its last point', () => {
    const [chart] = chartsOf(...Array.from({ length: 270 }, (_, index) => point(index, 0.1)));
    expect(chart?.rows.length).toBeLessThanOrEqual(24);
    expect(chart?.rows[0]?.units).toBe(27_000);
  });
});
