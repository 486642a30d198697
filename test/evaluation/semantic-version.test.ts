import { fc } from '../support/seeded-fast-check.ts';
import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  parseVersion,
  type SemanticVersion,
} from '../../src/evaluation/semantic-version.ts';

const parsed = (text: string): SemanticVersion => {
  const version = parseVersion(text);
  if (version === undefined) {
    throw new Error(`${text} is no version`);
  }
  return version;
};

const order = (left: string, right: string): number =>
  Math.sign(compareVersions(parsed(left), parsed(right)));

describe('reading a version', () => {
  test.each<[string, readonly [number, number, number], readonly (number | string)[]]>([
    ['1.2.3', [1, 2, 3], []],
    ['0.0.0', [0, 0, 0], []],
    ['10.20.30', [10, 20, 30], []],
    ['1', [1, 0, 0], []],
    ['1.2', [1, 2, 0], []],
    ['1-rc', [1, 0, 0], ['rc']],
    ['1.2-rc.1', [1, 2, 0], ['rc', 1]],
    ['1.2.3-alpha.1.b-c', [1, 2, 3], ['alpha', 1, 'b-c']],
    ['1.2.3-0', [1, 2, 3], [0]],
    ['1.2.3-0a', [1, 2, 3], ['0a']],
    ['1.2.3+001', [1, 2, 3], []],
    ['1.2.3-rc+build.7', [1, 2, 3], ['rc']],
    ['1+build', [1, 0, 0], []],
    [' 1.2.3', [1, 2, 3], []],
    ['1.2.3\n', [1, 2, 3], []],
    [' v1.2.3', [1, 2, 3], []],
    ['9007199254740991.0.0', [9_007_199_254_740_991, 0, 0], []],
    ['1000000000000000.1.2', [1_000_000_000_000_000, 1, 2], []],
    ['1.2.3-9007199254740991', [1, 2, 3], ['9007199254740991']],
  ])('%j is one', (text, [major, minor, patch], prerelease) => {
    expect(parseVersion(text)).toEqual({ major, minor, patch, prerelease });
  });

  test.each<[unknown]>([
    ['v1.2.3'],
    ['01.2.3'],
    ['1.02.3'],
    ['1.2.03'],
    ['1.2.3-01'],
    ['1.2.3.4'],
    ['1..3'],
    ['.1.2'],
    ['1.2.'],
    ['1.2.3-'],
    ['1.2.3+'],
    ['-1.2.3'],
    ['1.2.x'],
    ['latest'],
    [''],
    ['9007199254740992.0.0'],
    ['1.9007199254740992.0'],
    ['1.0.99999999999999999999'],
    [`1.0.0-${'a'.repeat(251)}`],
    [`1-${'a'.repeat(254)}`],
    [2],
    [null],
    [undefined],
    [['1.2.3']],
  ])('%j is none', (value) => {
    expect(parseVersion(value)).toBeUndefined();
  });

  test('256 characters are read, also where the missing numbers come on top', () => {
    expect(parseVersion(`1.0.0-${'a'.repeat(250)}`)?.prerelease).toEqual(['a'.repeat(250)]);
    expect(parseVersion(`1-${'a'.repeat(250)}`)?.prerelease).toEqual(['a'.repeat(250)]);
    expect(parseVersion(`1-${'a'.repeat(251)}`)).toBeUndefined();
  });
});

describe('the order of versions', () => {
  // The specification's own chain (semver.org, 11), with what is odd in between.
  const ASCENDING = [
    '0.9.9',
    '1.0.0-0',
    '1.0.0-1',
    '1.0.0-99999999999999999998',
    '1.0.0-99999999999999999999999',
    '1.0.0-Beta',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.1.0',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1-a',
    '1.0.1',
    '1.1.0',
    '2.0.0',
    '10.0.0',
  ];

  test('each comes before all that follow, and equals itself', () => {
    const wrong = ASCENDING.flatMap((left, at) =>
      ASCENDING.filter((right, other) => order(left, right) !== Math.sign(at - other)).map((right) => [
        left,
        right,
      ]),
    );
    expect(wrong).toEqual([]);
  });

  test('build metadata does not count, and missing numbers are zero', () => {
    expect(order('1.0.0+a', '1.0.0+b')).toBe(0);
    expect(order('1', '1.0.0')).toBe(0);
    expect(order('1.1-rc', '1.1.0-rc')).toBe(0);
  });

  test('it is an order: turned round it is the opposite', () => {
    const identifier = fc.oneof(fc.nat({ max: 30 }).map(String), fc.constantFrom('a', 'b', 'rc', 'x-1'));
    const version = fc
      .tuple(
        fc.nat({ max: 2 }),
        fc.nat({ max: 2 }),
        fc.nat({ max: 2 }),
        fc.array(identifier, { maxLength: 3 }),
      )
      .map(
        ([major, minor, patch, parts]) =>
          `${major}.${minor}.${patch}${parts.length === 0 ? '' : `-${parts.join('.')}`}`,
      );
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(order(a, b) + order(b, a)).toBe(0);
        expect(order(a, a)).toBe(0);
        if (order(a, b) <= 0 && order(b, c) <= 0) {
          expect(order(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
