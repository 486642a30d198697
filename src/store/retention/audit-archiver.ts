import { setTimeout as wait } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { createPeriodicTask, type PeriodicTask } from '../../shared/periodic-task.ts';
import { followChain } from '../audit/audit-chain.ts';
import { writeArchive } from '../audit/audit-archive.ts';
import type { Database } from '../sql/database.ts';
import type { Schema } from '../sql/schema.ts';
import { readAnchor, readEntries } from '../sql/sql-audit.ts';
import { StoreUnavailableError } from '../store.ts';

export interface AuditArchiverDeps {
  readonly database: Database;
  /** Where the archives are written. */
  readonly folder: string;
  /** How long entries stay in the database, in whole days at least. */
  readonly keptMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: { error(fields: object, message: string): void; info(fields: object, message: string): void };
  /** How often to look. Default ten minutes. */
  readonly everyMs?: number;
  /** How many files one run writes. Default 20. */
  readonly filesPerRun?: number;
}

const DAY_MS = 86_400_000;
/** In one file, and in one transaction. */
const ENTRIES_PER_FILE = 200;
const PAUSE_MS = 50;

/**
 * Moves old entries of the audit log into files, and deletes them from the database when the files are on the disk. The
 * database keeps the hash that the rest of the chain goes on from. A run resolves with how many entries it moved.
 */
export function createAuditArchiver({
  database,
  folder,
  keptMs,
  now,
  log,
  everyMs = 600_000,
  filesPerRun = 20,
}: AuditArchiverDeps): PeriodicTask<number> {
  const run = async (): Promise<number> => {
    // Whole days, so that a quiet log makes a file a day and not one an hour.
    const before = new Date(Math.floor((now() - keptMs) / DAY_MS) * DAY_MS).toISOString();
    let moved = 0;
    try {
      for (let file = 0; file < filesPerRun; file += 1) {
        const entries = await database.write((db) => archiveNext(db, folder, before));
        moved += entries;
        if (entries < ENTRIES_PER_FILE) break;
        await wait(PAUSE_MS);
      }
    } catch (error) {
      // The database is away; the next run goes on.
      if (!(error instanceof StoreUnavailableError)) {
        log.error({ err: error }, 'the audit log could not be archived; nothing was deleted');
      }
    }
    if (moved > 0) log.info({ entries: moved, folder }, 'old entries of the audit log were archived');
    return moved;
  };
  return createPeriodicTask(run, everyMs);
}

/** In one transaction: should it come to nothing, the file is written again, and the entries are still there. */
async function archiveNext(db: Transaction<Schema>, folder: string, before: string): Promise<number> {
  // Written first, which locks it: of two instances one archives at a time.
  await db
    .updateTable('audit_anchor')
    .set((eb) => ({ audit_id: eb.ref('audit_id') }))
    .execute();
  const anchor = await readAnchor(db);
  const upTo = await neededAfter(db);
  const next = await readEntries(db, { after: anchor.auditId, limit: ENTRIES_PER_FILE });
  const tooNew = next.findIndex(({ id, at }) => at >= before || id > upTo);
  const [first, ...others] = tooNew === -1 ? next : next.slice(0, tooNew);
  if (first === undefined) return 0;
  const entries = [first, ...others] as const;
  const end = await followChain(anchor, entries);
  if ('ok' in end) throw new Error(end.detail);
  await writeArchive(folder, entries);
  await db.updateTable('audit_anchor').set({ audit_id: end.auditId, audit_hash: end.auditHash }).execute();
  await db.deleteFrom('audit').where('id', '>', 1).where('id', '<=', end.auditId).execute();
  return entries.length;
}

/** The last entry that webhooks and running experiments have read: what comes after it is still needed. */
async function neededAfter(db: Transaction<Schema>): Promise<number> {
  const cursor = await db
    .selectFrom('webhook_cursor')
    .select('audit_id')
    .where((eb) => eb.exists(eb.selectFrom('webhooks').select('id').where('enabled', '=', 1)))
    .executeTakeFirst();
  const experiment = await db
    .selectFrom('experiments')
    .select((eb) => eb.fn.min('seen_audit_id').as('seen'))
    .where('status', '=', 'running')
    .executeTakeFirst();
  return Math.min(cursor?.audit_id ?? Infinity, experiment?.seen ?? Infinity);
}
