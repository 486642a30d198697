import { expect, test } from 'vitest';
import { scaleOf, VALUES_FOR_SCALE } from '../../../src/release/guard/value-scale.ts';

const pages = Array.from({ length: 1_000 }, (_, index) => 100 + (index % 10));

test('a scale is made of history, and a few pages that hung do not move it', () => {
  const calm = scaleOf(pages);
  const withOutages = scaleOf([...pages.slice(5), 30_000, 30_000, 30_000, 30_000, 30_000]);
  expect(calm).toMatchObject({ cap: 109, centre: expect.closeTo(104.5, 1), scale: expect.closeTo(2.87, 1) });
  expect(withOutages?.cap).toBeLessThan(110);
  expect(withOutages?.centre).toBeCloseTo(calm?.centre ?? 0, 0);
});

test.each([
  ['too few values', pages.slice(0, VALUES_FOR_SCALE - 1)],
  ['values that are all the same', Array.from({ length: 500 }, () => 7)],
])('of %s there is none', (_, values) => {
  expect(scaleOf(values)).toBeUndefined();
});
