import type { Request } from 'express';
import { expect, test } from 'vitest';
import { createWriteLimits } from '../../../src/http/site/write-limits.ts';

const from = (ip: string): Request => Object.assign(Object.create(null) as Request, { ip });
const limit = (count: number) => ({ limit: count, windowMs: 10_000 });

test('forms are limited by address and by listener, and taken again in the next window', () => {
  let now = 0;
  const limits = createWriteLimits({ now: () => now, perAddress: limit(3), perListener: limit(2) });
  const send = (address: string, listener: string) => () => limits.checkForm(from(address), listener);
  expect(send('192.0.2.1', 'anna')).not.toThrow();
  expect(send('192.0.2.1', 'anna')).not.toThrow();
  expect(send('192.0.2.1', 'anna')).toThrow('More than 2 forms of this listener');
  expect(send('192.0.2.1', 'bert')).toThrow('More than 3 forms from this address');
  expect(send('192.0.2.2', 'bert')).not.toThrow();
  now = 10_000;
  expect(send('192.0.2.1', 'anna')).not.toThrow();
});

test('of very many pages from one address only some are recorded', () => {
  const limits = createWriteLimits({ now: () => 0, pagesPerAddress: limit(2) });
  expect([1, 2, 3].map(() => limits.recordsPage(from('192.0.2.1')))).toEqual([true, true, false]);
  expect(limits.recordsPage(from('192.0.2.2'))).toBe(true);
});
