import { describe, expect, test } from 'vitest';
import type { MetricDefinition } from '../../../src/experiment/metrics/metric.ts';
import { guardMetrics, watchedOf } from '../../../src/release/guard/guard-metric.ts';

const common = { name: 'sign-ups', direction: 'up', window_hours: null } as const;
const metric = (definition: MetricDefinition) => watchedOf({ ...definition, key: 'mine' });

describe('of a declared metric a guard watches', () => {
  test.each<[string, MetricDefinition, object]>([
    [
      'whether a conversion became rarer',
      { kind: 'conversion', event_key: 'signed-up', ...common },
      { eventKey: 'signed-up', harm: 'fewer-events', watches: 'events' },
    ],
    [
      'whether a count became more frequent, within its window',
      { kind: 'count', event_key: 'crash', cap: null, ...common, direction: 'down', window_hours: 2 },
      { eventKey: 'crash', harm: 'more-events', watches: 'events', withinMs: 7_200_000 },
    ],
    [
      'events above the limit of a share',
      { kind: 'share-above', event_key: 'wait', limit: 300, ...common, direction: 'down' },
      { eventKey: 'wait', above: 300, harm: 'more-events', watches: 'events' },
    ],
    [
      'the values of a mean',
      { kind: 'mean', event_key: 'wait', cap: null, ...common, direction: 'down' },
      { eventKey: 'wait', harm: 'more-events', watches: 'values' },
    ],
  ])('%s', (_, definition, expected) => {
    expect(metric(definition)).toMatchObject({ kind: 'watchable', metric: { name: 'mine', ...expected } });
  });

  test.each<[string, MetricDefinition, string]>([
    ['a sum', { kind: 'sum', event_key: 'bought', cap: null, ...common }, 'is a sum'],
    [
      'a ratio',
      {
        kind: 'ratio',
        numerator: { event_key: 'skip', of: 'count' },
        denominator: { event_key: 'play', of: 'count' },
        ...common,
      },
      'is a ratio of two events',
    ],
    [
      'a mean of which more is better',
      { kind: 'mean', event_key: 'rating', cap: null, ...common },
      'of which more is better',
    ],
  ])('nothing when it is %s, and says why', (_, definition, why) => {
    const found = metric(definition);
    expect(found).toMatchObject({ kind: 'unwatchable', detail: expect.stringContaining(why) });
    expect(found).toMatchObject({ detail: expect.stringContaining('"mine"') });
  });
});

test('the site’s metrics keep their names, and only what can be watched is offered', () => {
  const metrics = guardMetrics([
    { key: 'playlist-error', kind: 'sum', event_key: 'x', cap: null, ...common },
    { key: 'revenue', kind: 'sum', event_key: 'bought', cap: null, ...common },
    { key: 'signed-up', kind: 'conversion', event_key: 'signed-up', ...common },
  ]);
  expect(metrics.get('playlist-error')).toMatchObject({ kind: 'watchable' });
  expect(metrics.names()).toContain('signed-up');
  expect(metrics.names()).not.toContain('revenue');
});
