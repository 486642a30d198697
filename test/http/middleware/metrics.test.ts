import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../../src/http/middleware/metrics.ts';

const lineOf = async (metrics: ReturnType<typeof createMetrics>, start: string): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(start));

describe('metrics', () => {
  test('evaluations are counted by flag and variation', async () => {
    const metrics = createMetrics({ ofProcess: false });
    metrics.countEvaluation('progressive-rollout', 0);
    metrics.countEvaluation('progressive-rollout', 0);
    metrics.countEvaluation('progressive-rollout', 1, 40);
    metrics.countEvaluation('gone', null);
    expect(await lineOf(metrics, 'djtoggle_evaluations_total')).toEqual([
      'djtoggle_evaluations_total{flag="progressive-rollout",variation="0"} 2',
      'djtoggle_evaluations_total{flag="progressive-rollout",variation="1"} 40',
      'djtoggle_evaluations_total{flag="gone",variation="default"} 1',
    ]);
  });

  test('a flood of made-up flags ends in one series', async () => {
    const metrics = createMetrics({ ofProcess: false });
    for (let i = 0; i < 5_000; i += 1) metrics.countEvaluation(`flag-${i}`, null);
    const series = await lineOf(metrics, 'djtoggle_evaluations_total');
    expect(series).toHaveLength(1_001);
    expect(series.at(-1)).toBe('djtoggle_evaluations_total{flag="(other)",variation="default"} 4000');
  });

  test('flags and variations that do not exist share one series', async () => {
    const hasVariation = (flag: string, variation: number): boolean => flag === 'real' && variation < 2;
    const metrics = createMetrics({ ofProcess: false, hasVariation });
    metrics.countEvaluation('real', 1);
    metrics.countEvaluation('real', null);
    for (let i = 2; i < 100; i += 1) metrics.countEvaluation('real', i);
    for (let i = 0; i < 100; i += 1) metrics.countEvaluation(`made-up-${i}`, i);
    expect(await lineOf(metrics, 'djtoggle_evaluations_total')).toEqual([
      'djtoggle_evaluations_total{flag="real",variation="1"} 1',
      'djtoggle_evaluations_total{flag="real",variation="default"} 1',
      'djtoggle_evaluations_total{flag="(other)",variation="default"} 198',
    ]);
  });

  test('a flag may have any name', async () => {
    const metrics = createMetrics({ ofProcess: false });
    metrics.countEvaluation('__proto__', 0);
    metrics.countEvaluation('a"b\\c\n', 0);
    expect(await lineOf(metrics, 'djtoggle_evaluations_total')).toEqual([
      'djtoggle_evaluations_total{flag="__proto__",variation="0"} 1',
      'djtoggle_evaluations_total{flag="a\\"b\\\\c\\n",variation="0"} 1',
    ]);
  });

  test('feed lag and streams are read at each scrape', async () => {
    let lag = 0;
    let open: Record<string, number> = { site: 2, sdk: 1 };
    const metrics = createMetrics({
      ofProcess: false,
      feedLagMs: () => lag,
      streams: () => open,
    });
    lag = 1_500;
    expect(await lineOf(metrics, 'djtoggle_feed_lag_seconds')).toEqual(['djtoggle_feed_lag_seconds 1.5']);
    expect(await lineOf(metrics, 'djtoggle_streams')).toHaveLength(2);
    open = { site: 3 };
    expect(await lineOf(metrics, 'djtoggle_streams')).toEqual(['djtoggle_streams{client="site"} 3']);
  });

  test('events are what their sink says at each scrape', async () => {
    let accepted = 3;
    const metrics = createMetrics({
      ofProcess: false,
      events: () => ({
        accepted,
        duplicatePayloads: 1,
        refusedPayloads: 2,
        skipped: { capped: 4 },
        queued: 5,
      }),
    });
    await metrics.registry.metrics();
    accepted = 7;
    expect(await lineOf(metrics, 'djtoggle_event')).toEqual([
      'djtoggle_events_total{outcome="accepted"} 7',
      'djtoggle_events_total{outcome="capped"} 4',
      'djtoggle_event_payloads_left_out_total{outcome="duplicate"} 1',
      'djtoggle_event_payloads_left_out_total{outcome="refused"} 2',
      'djtoggle_events_queued 5',
    ]);
  });

  test('failures of the playlist are counted', async () => {
    const metrics = createMetrics({ ofProcess: false });
    metrics.countPlaylistFailure();
    expect(await lineOf(metrics, 'djtoggle_playlist_failures_total')).toEqual([
      'djtoggle_playlist_failures_total 1',
    ]);
  });

  test('the process’s own are among them', async () => {
    expect(await createMetrics({}).registry.metrics()).toContain('\nprocess_cpu_seconds_total ');
  });
});
