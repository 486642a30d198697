import { describe, expect, test } from 'vitest';
import { guardMetrics } from '../../../src/release/guard/guard-metric.ts';
import type { PlanDocument } from '../../../src/release/plan/plan-document.ts';
import { compilePlan } from '../../../src/release/plan/release-plan.ts';
import { guardMetricsOf } from '../../../src/release/plan/stored-plan.ts';
import { shareAt, timelineOf } from '../../../src/release/forecast/timeline.ts';
import { planOf } from '../run/release-bench.ts';

const NOON = Date.parse('2030-05-01T12:00:00Z');

function timed(document: Partial<PlanDocument>) {
  const whole = planOf(document);
  const plan = compilePlan(whole, NOON, guardMetricsOf(whole, guardMetrics([])));
  const timeline = timelineOf(plan, whole, NOON);
  const starts = timeline.map(({ startsAt }) => new Date(startsAt).toISOString().slice(11, 19));
  return {
    timeline,
    starts,
    at: (time: string) => shareAt(timeline, plan, Date.parse(`2030-05-01T${time}Z`)),
  };
}

describe('the timeline of a plan', () => {
  test('has each stage after the hold of the one before', () => {
    const { starts, at, timeline } = timed({});
    expect(starts).toEqual(['12:00:00', '12:01:00', '12:02:00']);
    expect(timeline.at(-1)?.endsAt).toBe(NOON + 180_000);
    expect(['11:59:59', '12:00:00', '12:01:59', '12:02:00', '13:00:00'].map(at)).toEqual([
      0, 10_000, 50_000, 100_000, 100_000,
    ]);
  });

  test('lets no stage begin in a freeze window, and completes in one', () => {
    const freeze = [{ from: '12:01', to: '12:05' }];
    const { starts, timeline } = timed({ freeze });
    expect(starts).toEqual(['12:00:00', '12:05:00', '12:06:00']);
    expect(timeline[0]).toMatchObject({ frozenMs: 240_000, endsAt: NOON + 300_000 });
    const early = timed({
      freeze: [
        { from: '11:00', to: '12:30' },
        { from: '12:33', to: '13:00' },
      ],
    });
    expect(early.starts).toEqual(['12:30:00', '12:31:00', '12:32:00']);
    expect(early.timeline.at(-1)).toMatchObject({ endsAt: Date.parse('2030-05-01T12:33:00Z'), frozenMs: 0 });
  });

  test('is empty where the windows never open', () => {
    expect(timed({ freeze: [{ from: '00:00', to: '24:00' }] }).timeline).toEqual([]);
  });

  test('keeps the holdback until its watch is over', () => {
    const { at } = timed({ holdback: { share: 10, watch: '5m' } });
    expect(['12:02:00', '12:06:59', '12:07:00'].map(at)).toEqual([90_000, 90_000, 100_000]);
  });
});
