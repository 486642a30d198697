import { expect, test } from 'vitest';
import { chooseSource, describeSource, type Sources } from '../../src/flags/choose-source.ts';
import type { LaunchDarklyConnection } from '../../src/flags/connection-state.ts';

const launchdarkly = (connection: LaunchDarklyConnection, receivedAt?: number) => ({
  connection,
  reason: connection === 'live' ? '' : 'it answered 503',
  receivedAt,
});

const SOMETIME = Date.UTC(2026, 0, 2, 3, 4, 5);

test.each<[Sources, ReturnType<typeof describeSource>]>([
  [
    { launchdarkly: launchdarkly('live', SOMETIME), hasLocal: true },
    { source: 'launchdarkly', detail: 'Flags come live from LaunchDarkly.' },
  ],
  ...(['connecting', 'interrupted', 'refused'] as const).flatMap(
    (connection): [Sources, ReturnType<typeof describeSource>][] => [
      [
        { launchdarkly: launchdarkly(connection, SOMETIME), hasLocal: true },
        {
          source: 'last-known-good',
          detail:
            'LaunchDarkly is not available: it answered 503; flags are as last received at 2026-01-02T03:04:05.000Z.',
        },
      ],
      [
        { launchdarkly: launchdarkly(connection), hasLocal: true },
        {
          source: 'local',
          detail:
            'LaunchDarkly is not available: it answered 503; flags come from the embedded flag service.',
        },
      ],
      [
        { launchdarkly: launchdarkly(connection), hasLocal: false },
        {
          source: 'default',
          detail:
            'LaunchDarkly is not available: it answered 503, and there is no other source; every flag has its default value.',
        },
      ],
    ],
  ),
  [
    { launchdarkly: launchdarkly('closed', SOMETIME), hasLocal: true },
    {
      source: 'local',
      detail: 'LaunchDarkly is not available: it answered 503; flags come from the embedded flag service.',
    },
  ],
  [
    { launchdarkly: undefined, hasLocal: true },
    {
      source: 'local',
      detail: 'There is no LaunchDarkly SDK key; flags come from the embedded flag service.',
    },
  ],
  [
    { launchdarkly: undefined, hasLocal: false },
    {
      source: 'default',
      detail:
        'There is no LaunchDarkly SDK key, and there is no other source; every flag has its default value.',
    },
  ],
])('%j', (sources, status) => {
  expect(chooseSource(sources)).toBe(status.source);
  expect(describeSource(sources)).toEqual(status);
});
