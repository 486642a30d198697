import type { Transaction } from 'kysely';
import { type Logger, SILENT_LOGGER } from '../../shared/logger.ts';
import type { Journal } from '../journal.ts';
import type { Rows } from '../state.ts';
import { NEWS_CHANNEL, lockHead, readHead, readRows, writeCommit } from './commit-rows.ts';
import type { Database } from './database.ts';
import { listenToPostgres } from './postgres-listener.ts';
import type { Schema } from './schema.ts';
import { readAudit, readOperation, verifySqlAudit } from './sql-audit.ts';

export interface SqlJournalOptions {
  readonly database: Database;
  /** The address of PostgreSQL, for a connection of the listener's own. Absent: the journal does not listen. */
  readonly listenUrl?: string | undefined;
  /** Default: silent. */
  readonly log?: Logger | undefined;
}

const NO_ROWS: Rows = { projects: [], environments: [], items: [] };

export function createSqlJournal({
  database,
  listenUrl: url,
  log = SILENT_LOGGER,
}: SqlJournalOptions): Journal<Transaction<Schema>> {
  const { dialect } = database;
  return {
    name: dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL',
    recoversWithReads: dialect === 'postgres',
    position: async () => (await database.query(readHead)).position,
    load: (since) => database.read((db) => readRows(db, since)),
    commit: (since, work) =>
      database.write(async (db) => {
        const head = await lockHead(db, dialect);
        return work({
          head,
          missed: head.position > since ? await readRows(db, since) : NO_ROWS,
          db,
          operation: (auditId) => readOperation(db, auditId),
          write: (commit) => writeCommit(db, dialect, commit),
        });
      }),
    audit: (query) => database.query((db) => readAudit(db, query)),
    verifyAudit: () => verifySqlAudit(database),
    ...(url === undefined
      ? {}
      : {
          listen: (onNews) =>
            // What was missed during a pause is unknown, so any position may be news.
            listenToPostgres({
              url,
              channel: NEWS_CHANNEL,
              onNews: (payload) => onNews(Number(payload)),
              onUp: () => onNews(Number.POSITIVE_INFINITY),
              onDown: () => onNews(Number.POSITIVE_INFINITY),
              log,
              random: Math.random,
            }),
        }),
  };
}
