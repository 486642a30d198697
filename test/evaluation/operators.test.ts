import { describe, expect, test } from 'vitest';
import { OPERATORS } from '../../src/evaluation/model.ts';
import { prepareOperator } from '../../src/evaluation/operators.ts';
import { clause, matches, user } from '../support/flag-builders.ts';

const EPOCH = 1_700_000_000_000; // 2023-11-14T22:13:20Z
const LONG = 'x'.repeat(1_025);

/** Operator, the context's value, the clause's values: does it match? */
type Case = readonly [op: string, value: unknown, values: readonly unknown[], expected: boolean];

const EQUALITY: readonly Case[] = [
  ['in', 'US', ['US'], true],
  ['in', 'US', ['us'], false],
  ['in', 'US', ['DE', 'US'], true],
  ['in', 'US', ['DE', 'FR', 'US'], true],
  ['in', 'US', ['DE', 'FR', 'IT', 'US'], true],
  ['in', 'US', ['DE', 'FR', 'IT', 'ES', 'US'], true],
  ['in', 'US', ['DE', 'FR', 'IT', 'ES', 'PT'], false],
  ['in', 'US', [], false],
  ['in', '', [''], true],
  ['in', 1, [1], true],
  ['in', 0, [-0], true],
  ['in', 1, ['1'], false],
  ['in', '1', [1], false],
  ['in', true, [true], true],
  ['in', true, [1], false],
  ['in', 1, [true], false],
  ['in', false, [0, '', null, false], true],
  ['in', Number.NaN, [Number.NaN], false],
  ['in', { a: 1 }, [{ a: 1 }], false],
  ['in', 'US', [['US']], false],
  ['in', 'undefined', [undefined], false],
];

const TEXT: readonly Case[] = [
  ['startsWith', 'beta-7', ['beta'], true],
  ['startsWith', 'beta-7', ['BETA'], false],
  ['startsWith', 'beta-7', ['alpha', 'be'], true],
  ['startsWith', 'beta-7', ['alpha', 'gamma'], false],
  ['startsWith', 'beta', [''], true],
  ['startsWith', 99, ['9'], false],
  ['startsWith', '99', [9], false],
  ['startsWith', 99, ['9', '8'], false],
  ['endsWith', 'a@dj.example', ['.example'], true],
  ['endsWith', 'a@dj.example', ['dj'], false],
  ['endsWith', true, ['e'], false],
  ['contains', 'rhythm', ['thm'], true],
  ['contains', 'rhythm', ['THM'], false],
  ['contains', 'rhythm', [''], true],
  ['contains', 'rhythm', ['x', 'y', 'rh'], true],
  ['contains', 'rhythm', [], false],
  ['contains', ['rhythm'], [['rhythm']], false],
];

const PATTERNS: readonly Case[] = [
  ['matches', 'blues', ['^bl'], true],
  ['matches', 'blues', ['ue'], true],
  ['matches', 'blues', ['^ue'], false],
  ['matches', 'blues', ['x', 's$'], true],
  ['matches', 'blues', [''], true],
  ['matches', 'blues', ['('], false],
  ['matches', 'blues', ['(', 'b'], true],
  ['matches', 'blues', ['(?=b)b'], false],
  ['matches', 'aa', ['(a)\\1'], false],
  ['matches', 'BLUES', ['(?i)blues'], false],
  ['matches', 7, ['7'], false],
  ['matches', '7', [7], false],
  ['matches', LONG, ['x'], false],
  ['matches', 'x', ['x'.repeat(257)], false],
];

const NUMBERS: readonly Case[] = [
  ['lessThan', 1, [2], true],
  ['lessThan', 2, [2], false],
  ['lessThan', 2, [1, 3], true],
  ['lessThan', 2, [1, 2], false],
  ['lessThan', '1', [2], false],
  ['lessThan', 1, ['2'], false],
  ['lessThan', true, [2], false],
  ['lessThan', '1', [2, 3], false],
  ['lessThanOrEqual', 2, [2], true],
  ['lessThanOrEqual', 2.0001, [2], false],
  ['greaterThan', 3, [2], true],
  ['greaterThan', 2, [2], false],
  ['greaterThan', -1, [-2], true],
  ['greaterThanOrEqual', 2, [2], true],
  ['greaterThanOrEqual', 1.9, [2], false],
  ['greaterThanOrEqual', Number.NaN, [2], false],
];

const DATES: readonly Case[] = [
  ['before', EPOCH - 1, [EPOCH], true],
  ['before', EPOCH, [EPOCH], false],
  ['before', '2023-11-14T22:13:19Z', [EPOCH], true],
  ['before', '2023-11-15T05:13:19+07:00', [EPOCH], true],
  ['before', '2023-11-15T05:13:20+07:00', [EPOCH], false],
  ['before', '2023-11-14T22:13:19.999999Z', ['2023-11-14T22:13:20Z'], true],
  ['after', EPOCH + 1, [EPOCH], true],
  ['after', '2023-11-14T22:13:20.001Z', [EPOCH], true],
  ['after', '2023-11-14T22:13:20Z', ['2023-11-14T22:13:20Z'], false],
  ['after', '2023-11-14', [0], false],
  ['after', '2023-11-14T22:13:20', [0], false],
  ['after', '1700000000000', [0], false],
  ['after', '2023-11-14T22:13:20Zjunk', [0], false],
  ['after', '2023-02-30T00:00:00Z', ['2023-03-01T12:00:00Z'], true],
  ['after', '2023-02-30T00:00:00Z', ['2023-03-02T00:00:00Z'], false],
  ['after', '2023-13-01T00:00:00Z', [0], false],
  ['after', true, [0], false],
  ['after', EPOCH, ['soon', null, 0], true],
  ['after', EPOCH, ['soon'], false],
];

const VERSIONS: readonly Case[] = [
  ['semVerEqual', '2.0.0', ['2.0.0'], true],
  ['semVerEqual', '2', ['2.0.0'], true],
  ['semVerEqual', '2.0', ['2'], true],
  ['semVerEqual', '2-rc', ['2.0.0-rc'], true],
  ['semVerEqual', '2.0.0+build', ['2.0.0+other'], true],
  ['semVerEqual', '2.0.0-rc.1', ['2.0.0-rc.2'], false],
  ['semVerEqual', ' 2.0.0 ', ['2.0.0'], true],
  ['semVerEqual', 'v2.0.0', ['2.0.0'], false],
  ['semVerEqual', '02.0.0', ['2.0.0'], false],
  ['semVerEqual', '2.0.0.0', ['2.0.0'], false],
  ['semVerEqual', 2, ['2'], false],
  ['semVerEqual', '2', [2], false],
  ['semVerEqual', '3.0.0', ['2.0.0', '3.0.0'], true],
  ['semVerLessThan', '2.0.0-rc', ['2.0.0'], true],
  ['semVerLessThan', '2.0.0-rc.9', ['2.0.0-rc.10'], true],
  ['semVerLessThan', '2.0.0', ['2.0.0'], false],
  ['semVerLessThan', '1.9.9', ['2'], true],
  ['semVerLessThan', 'latest', ['2'], false],
  ['semVerGreaterThan', '2.0.1', ['2.0.0'], true],
  ['semVerGreaterThan', '10.0.0', ['9.9.9'], true],
  ['semVerGreaterThan', '2.0.0-rc', ['2.0.0'], false],
  ['semVerGreaterThan', '2.0.0', ['nothing'], false],
];

const UNKNOWN: readonly Case[] = [
  ['nope', 'x', ['x'], false],
  ['toString', 'x', ['x'], false],
  ['constructor', 'x', ['x'], false],
  ['__proto__', 'x', ['x'], false],
  ['', 'x', ['x'], false],
];

const CASES = [...EQUALITY, ...TEXT, ...PATTERNS, ...NUMBERS, ...DATES, ...VERSIONS, ...UNKNOWN];

describe('operators', () => {
  test.each(CASES)('%s: %j against %j is %j', (op, value, values, expected) => {
    expect(prepareOperator(op, values)(value)).toBe(expected);
  });

  test.each(CASES.filter(([, value]) => !Array.isArray(value)))(
    'a rule by %s: %j against %j matches: %j, and negated the other way round',
    (op, value, values, expected) => {
      const context = user('anna', { value });
      expect(matches(clause({ attribute: 'value', op, values }), context)).toBe(expected);
      expect(matches(clause({ attribute: 'value', op, values, negate: true }), context)).toBe(!expected);
    },
  );

  test('every operator on attributes is in the table with a match and without one', () => {
    const seen = new Set(CASES.map(([op, , , expected]) => `${op} ${expected}`));
    const wanted = OPERATORS.flatMap((op) => (op === 'segmentMatch' ? [] : [`${op} true`, `${op} false`]));
    expect(wanted.filter((entry) => !seen.has(entry))).toEqual([]);
  });

  test.each([undefined, null, 5, ['in'], { in: 1 }])(
    '%j, which is no text, is no operator, so nothing matches',
    (op) => {
      expect(prepareOperator(op, ['x'])('x')).toBe(false);
    },
  );
});
