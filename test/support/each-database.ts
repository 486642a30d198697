import { describe } from 'vitest';
import type { DatabaseTarget } from '../../src/store/sql/database.ts';
import { useMigratedPostgres } from './migrated-postgres.ts';
import { postgresBinaries } from './postgres-binaries.ts';

/** The same tests on SQLite in memory and, where it can run, on PostgreSQL; each call gives a fresh database. */
export function eachDatabase(suite: (target: () => Promise<DatabaseTarget>) => void): void {
  describe('on SQLite', () => {
    suite(async () => ({ kind: 'sqlite', file: ':memory:' }));
  });
  describe.skipIf(postgresBinaries() === undefined)('on PostgreSQL', { timeout: 60_000 }, () => {
    const freshDatabase = useMigratedPostgres();
    suite(async () => ({ kind: 'postgres', url: await freshDatabase() }));
  });
}
