import { describe, expect, test } from 'vitest';
import { readSlowrollDocument } from '../../../src/library/slowroll/index.ts';
import { parseDuration, parseEndTime } from '../../../src/shared/slowroll-document/time.ts';

const HOUR = 3_600_000;
const END = Date.UTC(2026, 10, 20, 12);
const rollout = { end_time: '2026-11-20 12:00Z', duration: '10h', stable: 'old', new: 'new' };

describe('times and durations', () => {
  test.each([
    ['2026-11-20 12:00Z', END * 1000],
    ['2026-11-20 12:00:01Z', (END + 1000) * 1000],
    ['2026-11-20 12:00:00.000001Z', END * 1000 + 1],
    ['2026-02-30 12:00Z', undefined],
    ['2026-11-20T12:00Z', undefined],
    ['2026-11-20 12:00', undefined],
  ])('%s is %s', (text, expected) => {
    expect(parseEndTime(text)).toBe(expected);
  });

  test.each([
    ['14d', 14 * 24 * HOUR],
    ['1d 12h', 36 * HOUR],
    ['90m', 1.5 * HOUR],
    ['0.5h', HOUR / 2],
    ['1s 5ms', 1005],
    ['', 0],
    ['  ', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms * 1000);
  });

  test('a duration has an end: no two times are further apart than ten thousand years', () => {
    expect(parseDuration('3652500d')).toBe(3_652_500 * 24 * HOUR * 1000);
    expect(parseDuration('3652501d')).toBeUndefined();
    expect(parseDuration(`${'9'.repeat(400)}d`)).toBeUndefined();
  });

  test.each(['1h 1h', '1w', 'h', '-1h', '1e3s', '1h,1m'])('%s is no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('the validator', () => {
  test.each([
    [[], '$', /expected an object of sections, got \[\]/],
    [{ shop: 1 }, '$.shop', /expected an object of keys, got 1/],
    [{ shop: { ranking: null } }, '$.shop.ranking', /expected an object/],
    [
      { shop: { ranking: { ...rollout, end_time: 'soon' } } },
      '$.shop.ranking.end_time',
      /UTC time.*got "soon"/,
    ],
    [{ shop: { ranking: { ...rollout, duration: '2 weeks' } } }, '$.shop.ranking.duration', /duration/],
    [{ shop: { ranking: { ...rollout, stable: undefined } } }, '$.shop.ranking.stable', /got nothing/],
    [{ shop: { ranking: { ...rollout, start_pct: 101 } } }, '$.shop.ranking.start_pct', /0 to 100, got 101/],
    [
      { shop: { ranking: { ...rollout, early_adopters: 'me' } } },
      '$.shop.ranking.early_adopters',
      /list of strings/,
    ],
    [
      { shop: { ranking: { ...rollout, early_adopters: ['a', 'b', 3] } } },
      '$.shop.ranking.early_adopters[2]',
      /a string, got 3/,
    ],
    [
      { shop: { ranking: { ...rollout, early_adopter_patterns: ['^a$', 'b{1,2}', '('] } } },
      '$.shop.ranking.early_adopter_patterns[2]',
      /regular expression.*\(.+\), got "\("/,
    ],
    [
      { shop: { ranking: { ...rollout, early_adopter_patterns: ['a(?=b)'] } } },
      '$.shop.ranking.early_adopter_patterns[0]',
      /without look-around.*got "a\(\?=b\)"/,
    ],
    [
      { shop: { ranking: { ...rollout, rollback: true, start_pct: 0, end_pct: 100 } } },
      '$.shop.ranking.rollback',
      /end_pct to be at most start_pct \(0\) to count down, got 100/,
    ],
    [{ shop: { 'a.b': 1 } }, '$.shop["a.b"]', /expected an object with stable/],
    [{ shop: { ranking: { ...rollout, interpolate: true } } }, '$.shop.ranking.interpolate', /numbers/],
    [{ shop: { ranking: { ...rollout, colour: 1 } } }, '$.shop.ranking.colour', /ignored/],
  ])('%j is named at %s', (document, path, message) => {
    const { findings } = readSlowrollDocument(JSON.parse(JSON.stringify(document)));
    expect(findings).toContainEqual({ path, message: expect.stringMatching(message) as string });
  });

  test('one bad entry does not take the good ones away', () => {
    const { document } = readSlowrollDocument({ shop: { good: rollout, bad: 1 } });
    expect([...(document.get('shop')?.keys() ?? [])]).toEqual(['good']);
  });

  test('a field that is nested deeper than the stack is named like any other', () => {
    const deep = JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)) as unknown;
    const { findings, document } = readSlowrollDocument({
      shop: { good: rollout, bad: { ...rollout, end_time: deep } },
    });
    expect(findings).toEqual([
      { path: '$.shop.bad.end_time', message: expect.stringMatching(/got a list/) as string },
    ]);
    expect(document.get('shop')?.size).toBe(1);
  });

  test('an entry with only stable has nothing wrong', () => {
    expect(readSlowrollDocument({ shop: { ranking: { stable: 1 } } }).findings).toEqual([]);
  });
});

describe('what takes the place of what', () => {
  const last = readSlowrollDocument({ shop: { ranking: rollout, colour: { stable: 'red' } } }).document;

  test.each([
    ['an empty document', {}],
    ["a server's error", { error: 'internal error', code: 500 }],
    ["a server's error, nested", { error: { code: 500, message: 'internal error' } }],
    ['an unknown empty section', { error: {} }],
    ['a list', []],
    ['nothing', undefined],
  ])('%s leaves everything as it is, and is named', (_, json) => {
    const { document, findings, isUsable } = readSlowrollDocument(json, last);
    expect(isUsable).toBe(false);
    expect(document).toBe(last);
    expect(findings).not.toEqual([]);
  });

  test('a section that is named and empty is emptied on purpose', () => {
    const { document, findings, isUsable } = readSlowrollDocument({ shop: {} }, last);
    expect({ findings, isUsable }).toEqual({ findings: [], isUsable: true });
    expect(document.get('shop')?.size).toBe(0);
    expect(readSlowrollDocument({}, document).isUsable).toBe(true);
  });

  test('an entry with a mistake stays as it was; one that is gone goes', () => {
    const { document, isUsable, isWhole } = readSlowrollDocument(
      { shop: { ranking: { ...rollout, duration: '14 days' }, size: { stable: 1 } } },
      last,
    );
    expect({ isUsable, isWhole }).toEqual({ isUsable: true, isWhole: false });
    expect(document.get('shop')?.get('ranking')).toBe(last.get('shop')?.get('ranking'));
    expect([...(document.get('shop')?.keys() ?? [])]).toEqual(['ranking', 'size']);
  });

  test('a first document may be empty', () => {
    expect(readSlowrollDocument({})).toMatchObject({ findings: [], isUsable: true });
  });
});
