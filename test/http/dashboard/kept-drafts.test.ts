import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createKeptDrafts } from '../../../src/http/dashboard/kept-drafts.ts';

describe('drafts of ended sessions', () => {
  test('are found by their id, for an hour', () => {
    let now = 0;
    const drafts = createKeptDrafts(randomBytes, () => now);
    const id = drafts.keep({ comment: 'typed' });
    expect(drafts.find(id)).toEqual({ comment: 'typed' });
    expect(drafts.find('another')).toBeUndefined();
    expect(drafts.find(undefined)).toBeUndefined();
    now = 3_600_001;
    expect(drafts.find(id)).toBeUndefined();
  });

  test('are the latest fifty', () => {
    const drafts = createKeptDrafts(randomBytes, () => 0);
    const ids = Array.from({ length: 51 }, (_, nth) => drafts.keep(nth));
    expect(drafts.find(ids[0])).toBeUndefined();
    expect(drafts.find(ids[1])).toBe(1);
  });
});
