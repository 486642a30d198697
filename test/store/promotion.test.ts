import { describe, expect, test } from 'vitest';
import type { Flag } from '../../src/evaluation/model.ts';
import { promotedDefinition, promotionDiff } from '../../src/store/promotion.ts';
import type { FlagRecord } from '../../src/store/store.ts';
import { aFlag } from '../support/store-contract.ts';

const record = (changes: Partial<Flag> = {}, more: Partial<FlagRecord> = {}): FlagRecord => ({
  kind: 'flag',
  key: 'encore',
  version: 1,
  description: null,
  tags: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  definition: aFlag('encore', changes),
  ...more,
});

describe('the difference that a promotion makes', () => {
  test('is nothing between equal flags, whatever their versions, times and salts', () => {
    const target = record({ version: 9, salt: 'its own' }, { version: 9, updatedAt: 'later' });
    expect(promotionDiff(record(), target)).toEqual([]);
  });

  test('names each field that changes, with what is there and what would be', () => {
    const rules = [{ variation: 0, clauses: [] }];
    const source = record({ on: true, rules }, { description: 'One more', tags: ['live'] });
    const target = record({ on: false, trackEvents: true });
    expect(promotionDiff(source, target)).toEqual([
      { pointer: '/description', before: null, after: 'One more' },
      { pointer: '/tags', before: [], after: ['live'] },
      { pointer: '/definition/on', before: false, after: true },
      { pointer: '/definition/trackEvents', before: true },
      { pointer: '/definition/rules', after: rules },
    ]);
  });

  test('is the whole flag where there is none', () => {
    expect(promotionDiff(record(), undefined).map(({ pointer }) => pointer)).toContain(
      '/definition/variations',
    );
  });
});

test('a promoted flag keeps the salt of where it arrives, so that no context’s bucket moves there', () => {
  const source = record({ on: true, salt: 'from' });
  expect(promotedDefinition(source, record({ salt: 'to' }))).toMatchObject({ on: true, salt: 'to' });
  expect(promotedDefinition(source, undefined)).toMatchObject({ salt: 'from' });
});
