import { describe } from 'vitest';
import { openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { SEEDED, testStore, tickingClock } from './store-contract.ts';

describe('the SQLite store', () => {
  testStore(async () => {
    const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
    const store = await openSqlStore({
      database,
      now: tickingClock(),
      seedFlags: { flags: { [SEEDED.key]: SEEDED }, segments: {} },
    });
    return {
      ...store,
      close: async () => {
        await store.close();
        await database.close();
      },
    };
  });
});
