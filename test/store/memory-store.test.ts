import { describe } from 'vitest';
import { createMemoryStore } from '../../src/store/memory-store.ts';
import { SEEDED, testStore, tickingClock } from './store-contract.ts';

describe('the memory store', () => {
  testStore(async () =>
    createMemoryStore({ now: tickingClock(), seed: { flags: { [SEEDED.key]: SEEDED }, segments: {} } }),
  );
});
