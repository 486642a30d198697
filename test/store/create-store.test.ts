import { describe } from 'vitest';
import { createMemoryStore } from '../support/memory-store.ts';
import { SEEDED, testStore, tickingClock } from '../support/store-contract.ts';

describe('a store over a journal in memory', () => {
  testStore(() =>
    createMemoryStore({ now: tickingClock(), seedFlags: { flags: { [SEEDED.key]: SEEDED }, segments: {} } }),
  );
});
