import { describe, expect, test } from 'vitest';
import { PatchedMap } from '../../src/evaluation/patched-map.ts';
import { fc } from '../support/seeded-fast-check.ts';

interface Value {
  readonly id: number;
}

const change = fc.tuple(
  fc.integer({ min: 0, max: 60 }).map((key) => `key-${key}`),
  fc.option(
    fc.nat().map((id): Value => ({ id })),
    { nil: undefined },
  ),
);

describe('a patched map', () => {
  test('is after any changes what a map would be, and its earlier selves stay as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 60 }), (steps) => {
        const expected = new Map<string, Value>();
        const earlier: { readonly map: PatchedMap<string, Value>; readonly entries: [string, Value][] }[] =
          [];
        let map = PatchedMap.from<string, Value>();
        for (const step of steps) {
          map = map.with(step);
          for (const [key, value] of step) {
            if (value === undefined) expected.delete(key);
            else expected.set(key, value);
          }
          expect(map.size).toBe(expected.size);
          expect(new Map(map)).toEqual(expected);
          earlier.push({ map, entries: [...map] });
        }
        for (const { map: then, entries } of earlier) expect([...then.entries()]).toEqual(entries);
        for (const key of ['key-0', 'key-60', 'never']) {
          expect(map.get(key)).toEqual(expected.get(key));
          expect(map.has(key)).toBe(expected.has(key));
        }
        expect([...map.keys()]).toEqual([...map].map(([key]) => key));
        expect([...map.values()]).toEqual([...map].map(([, value]) => value));
        const visited: unknown[] = [];
        map.forEach((value, key) => visited.push([key, value]));
        expect(visited).toEqual([...map]);
      }),
    );
  });

  test('keeps the order of keys when a value is replaced', () => {
    const map = PatchedMap.from([
      ['a', { id: 1 }],
      ['b', { id: 2 }],
    ]).with([
      ['a', { id: 3 }],
      ['c', { id: 4 }],
    ]);
    expect([...map.keys()]).toEqual(['a', 'b', 'c']);
  });
});
