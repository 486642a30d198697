import { expect, test } from 'vitest';
import { momentOf } from '../../../../src/http/dashboard/text/moment.ts';

test.each([
  ['2025-03-17T14:03:12.500Z', '14:03:12 UTC'],
  ['2025-03-16T23:59:59.000Z', '16 Mar 2025, 23:59 UTC'],
])('%s is shown as %s on the day of the talk', (iso, text) => {
  expect(momentOf(iso, Date.parse('2025-03-17T20:00:00Z'))).toEqual({ iso, text });
});
