import { expect, test } from 'vitest';
import { sparkline } from '../../../../src/http/dashboard/flags/sparkline.ts';

test('the largest value is at the top, zero at the bottom', () => {
  expect(sparkline([0, 4, 2])).toEqual({ points: '0.0,23.0 45.0,1.0 90.0,12.0', text: '6 in 3 min' });
});

test.each([[[]], [[0, 0]], [[5]]])('%j draws no line', (values) => {
  expect(sparkline(values)).toBeUndefined();
});
