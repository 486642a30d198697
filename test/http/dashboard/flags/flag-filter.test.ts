import { describe, expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import {
  flagFilter,
  matchingFlags,
  staleReason,
  tagCounts,
} from '../../../../src/http/dashboard/flags/flag-filter.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { DEFAULT_ENVIRONMENT, type FlagRecord } from '../../../../src/store/store.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';
import { TESTER } from '../../../support/tester.ts';

const DAY_MS = 86_400_000;

async function snapshotWith(
  flags: Readonly<Record<string, Partial<Pick<FlagRecord, 'description' | 'tags'>>>>,
) {
  const store = await createMemoryStore({ now: () => 0 });
  for (const [key, fields] of Object.entries(flags)) {
    const definition = { ...PROGRESSIVE_ROLLOUT, key, on: key !== 'switched-off' };
    await store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key,
      definition,
      ...fields,
    });
  }
  const snapshot = store.snapshot(DEFAULT_ENVIRONMENT);
  if (snapshot === undefined) throw new Error('the default environment is missing');
  return snapshot;
}

describe('the filter of the list', () => {
  test.each([
    [{}, ['flag-2', 'flag-10', 'switched-off']],
    [{ q: 'LYRICS' }, ['flag-10']],
    [{ q: 'flag player' }, ['flag-2']],
    [{ tag: 'player' }, ['flag-2']],
    [{ state: 'on' }, ['flag-2', 'flag-10']],
    [{ state: 'off' }, ['switched-off']],
    [{ state: 'archived' }, ['old']],
    [{ state: 'nonsense' }, ['flag-2', 'flag-10', 'switched-off']],
    [{ q: 'nothing' }, []],
  ])('%o finds %o', async (query, keys) => {
    const snapshot = await snapshotWith({
      'flag-10': { description: 'Shows the lyrics.' },
      'flag-2': { tags: ['player'] },
      'switched-off': {},
      old: { tags: ['archived'] },
    });
    expect(matchingFlags(snapshot, flagFilter(query), 0).map(({ key }) => key)).toEqual(keys);
  });

  test('offers each tag with the number of its flags', async () => {
    const snapshot = await snapshotWith({ a: { tags: ['x', 'y'] }, b: { tags: ['x', 'archived'] } });
    expect(tagCounts(snapshot)).toEqual([
      { tag: 'x', count: 2 },
      { tag: 'y', count: 1 },
    ]);
  });
});

describe('a flag is stale', () => {
  const cases: readonly (readonly [Partial<Flag>, number, string | undefined])[] = [
    [{ rules: [], fallthrough: { variation: 0 } }, 30, 'at 100\u00a0% for 30 days'],
    [{ rules: [], fallthrough: { variation: 0 } }, 29, undefined],
    [{ rules: [], fallthrough: { variation: 1 } }, 31, 'at 0\u00a0% for 30 days'],
    [{ fallthrough: { variation: 0 } }, 31, undefined],
    [{ on: false }, 31, 'off for 30 days'],
    [
      { rules: [], variations: ['a', 'b'], fallthrough: { variation: 0 } },
      31,
      'the same for everyone for 30 days',
    ],
  ];
  test.each(cases)('%o after %d days: %s', (change, days, reason) => {
    const definition = { ...PROGRESSIVE_ROLLOUT, ...change };
    const at = new Date(0).toISOString();
    const record = {
      kind: 'flag',
      key: definition.key,
      version: 1,
      description: null,
      tags: [],
      createdAt: at,
      updatedAt: at,
      definition,
    } as const;
    expect(staleReason(record, days * DAY_MS)).toBe(reason);
  });
});
