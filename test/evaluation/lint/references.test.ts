import { describe, expect, test } from 'vitest';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../src/evaluation/lint/lint-segment.ts';
import {
  ask,
  byKey,
  flag,
  malformed,
  rule,
  segment,
  segmentClause,
  segmentRule,
} from '../../support/flag-builders.ts';

const requiring = (key: string, ...keys: readonly string[]) =>
  flag({ key, prerequisites: keys.map((required) => ({ key: required, variation: 0 })) });
const asking = (key: string, ...keys: readonly string[]) =>
  segment({ key, rules: [segmentRule([segmentClause(keys)])] });

const told = (findings: ReturnType<typeof lintFlag>): readonly string[] =>
  findings.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`);

const ofFlags = (own: ReturnType<typeof flag>, ...others: readonly ReturnType<typeof flag>[]) =>
  told(lintFlag(own, { flags: byKey(others), segments: {} }));

describe('a flag that requires others', () => {
  test('that require each other is as malformed as they are', () => {
    const flags = [requiring('f', 'b'), requiring('b', 'c'), requiring('c', 'b')] as const;
    expect(ask(flags)).toEqual(malformed);
    expect(ofFlags(...flags)).toEqual([
      'cycle /prerequisites/0 the flag requires others that require each other: f → b → c → b',
    ]);
  });

  test.each([
    [['A', 'B'], 'f → A → f', 'f → B → A → f'],
    [['B', 'A'], 'f → B → A → f', 'f → A → f'],
  ])('%j, each of which comes back in a way of its own, hears of both', (keys, first, second) => {
    expect(ofFlags(requiring('f', ...keys), requiring('A', 'f', 'B'), requiring('B', 'A'))).toEqual([
      `cycle /prerequisites/0 the flag requires itself: ${first}`,
      `cycle /prerequisites/1 the flag requires itself: ${second}`,
    ]);
  });

  test('hears of each that leads round, and not of those beside it', () => {
    const others = [
      requiring('b', 'leaf', 'b'),
      requiring('c', 'leaf'),
      requiring('d', 'c', 'b'),
      flag({ key: 'leaf' }),
    ];
    expect(ofFlags(requiring('f', 'b', 'c', 'd'), ...others)).toEqual([
      'cycle /prerequisites/0 the flag requires others that require each other: f → b → b',
      'cycle /prerequisites/2 the flag requires others that require each other: f → d → b → b',
    ]);
  });
});

describe('segments that lead back', () => {
  const s = asking('s', 't');
  const t = asking('t', 's');
  const segments = byKey([s, t, segment({ key: 'u' })]);

  test('make the flag that refers to them malformed, which is reported', () => {
    const asker = flag({ rules: [rule([segmentClause(['u'])]), rule([segmentClause(['u', 's', 's'])])] });
    expect(ask(asker, undefined, [s, t])).toEqual(malformed);
    expect(told(lintFlag(asker, { flags: {}, segments }))).toEqual([
      'cycle /rules/1 segments ask each other: s → t → s',
    ]);
  });

  test('are told to a segment that asks them, and to themselves', () => {
    expect(told(lintSegment(asking('r', 'u', 's'), { flags: {}, segments }))).toEqual([
      'cycle /rules/0 segments ask each other: r → s → t → s',
    ]);
    expect(told(lintSegment(s, { flags: {}, segments }))).toEqual([
      'cycle /rules/0 the segment asks itself: s → t → s',
    ]);
  });
});

describe('two hundred thousand references', () => {
  const keys = Array.from({ length: 200_000 }, (_, index) => `k${index}`);
  const vast = flag({ key: 'b', prerequisites: [...keys, 'f'].map((key) => ({ key, variation: 0 })) });

  test('of a prerequisite', () => {
    expect(ofFlags(requiring('f', 'b'), vast)).toEqual([
      'cycle /prerequisites/0 the flag requires itself: f → b → f',
    ]);
  });

  test('of a segment', () => {
    const segments = byKey([segment({ key: 't', rules: [segmentRule([segmentClause(keys)])] })]);
    expect(told(lintSegment(asking('s', 't'), { flags: {}, segments }))).toEqual([]);
  });
});

describe('a prerequisite that no SDK gets', () => {
  const ours = { ...requiring('b'), bucketing: 'sha256-percent' } as const;

  test('is not met there, and met here', () => {
    const asker = requiring('f', 'b');
    expect(ask([asker, ours]).reason.kind).toBe('FALLTHROUGH');
    expect(ask([asker]).reason.kind).toBe('PREREQUISITE_FAILED');
    expect(lintFlag(asker, { flags: byKey([ours]), segments: {} })).toEqual([
      {
        severity: 'error',
        code: 'not_for_sdks',
        pointer: '/prerequisites/0/key',
        message: 'SDKs do not get flag "b", whose bucketing is only ours, and answer otherwise: b',
      },
    ]);
  });

  test('is reported for every flag that leads to it, by all ways', () => {
    const others = [requiring('c', 'd', 'b'), requiring('d', 'b'), ours, requiring('e')];
    expect(ofFlags(requiring('f', 'e', 'c', 'd'), ...others)).toEqual([
      'not_for_sdks /prerequisites/1/key SDKs do not get flag "b", whose bucketing is only ours, and answer otherwise: c → d → b',
      'not_for_sdks /prerequisites/2/key SDKs do not get flag "b", whose bucketing is only ours, and answer otherwise: d → b',
    ]);
  });

  test('does not matter to a flag that no SDK gets either', () => {
    expect(ofFlags({ ...requiring('f', 'b'), bucketing: 'slowroll' }, ours)).toEqual([
      expect.stringContaining('not_for_sdks /bucketing'),
    ]);
  });
});

test('the other definitions may be given by functions that find them by key', () => {
  const others = { flags: () => undefined, segments: (key: string) => (key === 'known' ? {} : undefined) };
  const clauses = [{ attribute: '', op: 'segmentMatch', values: ['known', 'unknown'] }];
  const given = {
    key: 'f',
    version: 1,
    on: true,
    variations: [true],
    fallthrough: { variation: 0 },
    rules: [{ clauses, variation: 0 }],
  };
  expect(lintFlag(given, others).map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
    'unknown_segment /rules/0/clauses/0/values/1',
  ]);
});
