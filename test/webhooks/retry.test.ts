import { describe, expect, test } from 'vitest';
import { verdictOf, retryAfterMs } from '../../src/webhooks/retry.ts';

const NOW = Date.parse('2030-05-01T12:00:00Z');
const answered = (status: number, retryAfter?: string) =>
  ({ outcome: 'answered', status, retryAfter }) as const;

describe('after an attempt', () => {
  test.each([200, 201, 204, 299])('%i is delivered', (status) => {
    expect(verdictOf(answered(status), 1, NOW)).toEqual({ state: 'delivered' });
  });

  test.each([
    [1, 30],
    [2, 300],
    [3, 1_800],
    [4, 7_200],
    [5, 28_800],
    [6, 86_400],
  ])('number %i that failed, the next one comes %i s later', (attempts, seconds) => {
    expect(verdictOf(answered(500), attempts, NOW)).toEqual({
      state: 'waiting',
      error: 'status_500',
      nextAt: NOW + seconds * 1_000,
    });
  });

  test('number 7 that failed, it is given up', () => {
    expect(verdictOf(answered(500), 7, NOW)).toEqual({ state: 'failed', error: 'status_500', gone: false });
  });

  test('a redirect is a failure', () => {
    expect(verdictOf(answered(302), 1, NOW)).toMatchObject({ state: 'waiting', error: 'redirect_refused' });
  });

  test('410 ends it', () => {
    expect(verdictOf(answered(410), 1, NOW)).toEqual({ state: 'failed', error: 'status_410', gone: true });
  });

  test.each([
    ['120', 120],
    ['5', 30],
    ['Wed, 01 May 2030 12:10:00 GMT', 600],
    ['999999999', 86_400],
    ['soon', 30],
  ])('Retry-After: %s makes it wait %i s', (retryAfter, seconds) => {
    expect(verdictOf(answered(429, retryAfter), 1, NOW)).toMatchObject({ nextAt: NOW + seconds * 1_000 });
  });

  test('a date in the past asks for nothing', () => {
    expect(retryAfterMs('Wed, 01 May 2020 12:10:00 GMT', NOW)).toBe(0);
  });
});
