import { fc } from '../../support/seeded-fast-check.ts';
import { expect, test } from 'vitest';
import { columnOrder, readMatches } from '../../../src/playlist/database/order.ts';
import { RowSet } from '../../../src/playlist/database/row-set.ts';

const SIZE = 200;
const rows = fc.uniqueArray(fc.nat(SIZE - 1)).map((list) => list.toSorted((a, b) => a - b));

test('a set of rows has just the rows that were put in', () => {
  fc.assert(
    fc.property(rows, rows, fc.nat(SIZE - 1), (some, others, row) => {
      const set = RowSet.of(SIZE, some);
      expect([...set.rows()]).toEqual(some);
      expect(set.count()).toBe(some.length);
      expect(set.has(row)).toBe(some.includes(row));
      expect(set.next(row)).toBe(some.find((other) => other >= row) ?? -1);
      expect(set.previous(row)).toBe(some.findLast((other) => other <= row) ?? -1);
      expect([...RowSet.fromBytes(SIZE, set.toBytes()).rows()]).toEqual(some);
      set.intersect(RowSet.of(SIZE, others));
      expect([...set.rows()]).toEqual(some.filter((other) => others.includes(other)));
    }),
  );
});

test('reading matches along an order gives those that are next in it', () => {
  const permutation = fc.shuffledSubarray(
    Array.from({ length: SIZE }, (_, row) => row),
    { minLength: SIZE, maxLength: SIZE },
  );
  fc.assert(
    fc.property(
      permutation,
      rows,
      fc.integer({ min: -1, max: SIZE }),
      fc.boolean(),
      fc.integer({ min: 1, max: 60 }),
      (inOrder, matches, from, backwards, count) => {
        const order = columnOrder(Uint32Array.from(inOrder));
        const ahead = backwards ? inOrder.slice(0, Math.max(from, 0)).toReversed() : inOrder.slice(from + 1);
        expect(readMatches(order, RowSet.of(SIZE, matches), { from, backwards, count })).toEqual(
          ahead.filter((row) => matches.includes(row)).slice(0, count),
        );
      },
    ),
  );
});
