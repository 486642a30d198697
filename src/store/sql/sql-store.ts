import type { Transaction } from 'kysely';
import type { Logger } from '../../shared/logger.ts';
import { type StoreOptions, type TransactionalStore, createStore } from '../create-store.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import { createSqlJournal } from './sql-journal.ts';

export type SqlStore = TransactionalStore<Transaction<Schema>>;

export interface SqlStoreOptions extends Omit<StoreOptions<Transaction<Schema>>, 'journal'> {
  /** The store uses it and does not close it. */
  readonly database: Database;
  /** The address of PostgreSQL, for a connection of the listener's own. Default: the store polls only. */
  readonly listenUrl?: string;
  readonly log?: Logger;
}

/** The store of the program: flags in SQLite or PostgreSQL. @throws StoreUnavailableError */
export const openSqlStore = ({ database, listenUrl, ...options }: SqlStoreOptions): Promise<SqlStore> =>
  createStore({ journal: createSqlJournal({ database, listenUrl, log: options.log }), ...options });
