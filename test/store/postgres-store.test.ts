import { describe } from 'vitest';
import { openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { useMigratedPostgres } from './migrated-postgres.ts';
import { SEEDED, testStore, tickingClock } from './store-contract.ts';

describe.skipIf(postgresBinaries() === undefined)('the PostgreSQL store', () => {
  const freshDatabase = useMigratedPostgres();

  testStore(async () => {
    const url = await freshDatabase();
    const database = await openDatabase({ kind: 'postgres', url });
    const store = await openSqlStore({
      database,
      now: tickingClock(),
      seedFlags: { flags: { [SEEDED.key]: SEEDED }, segments: {} },
      listenUrl: url,
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
