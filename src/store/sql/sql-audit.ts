import type { Kysely } from 'kysely';
import { verifyAdminAudit } from '../audit/admin-audit.ts';
import {
  type AuditVerdict,
  CHAIN_START,
  type ChainPlace,
  followChain,
  type PresentItem,
  verifyAuditChain,
} from '../audit/audit-chain.ts';
import { auditLimit } from '../audit/audit-limit.ts';
import type { AuditEntry, AuditQuery } from '../store.ts';
import { parseAuthor, parseRecord } from '../stored-json.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import { readHead } from './commit-rows.ts';

/** Entries read at once while the chain is walked: the whole log never is in memory. */
const VERIFY_PAGE = 500;

/** Newest first. Throws RangeError when the limit is not from 1 to 200. */
export async function readAudit(db: Kysely<Schema>, query: AuditQuery): Promise<readonly AuditEntry[]> {
  const { environment, kind, key, before } = query;
  let select = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(auditLimit(query));
  if (environment !== undefined) {
    select = select
      .where('project', '=', environment.project)
      .where('environment', '=', environment.environment);
  }
  if (kind !== undefined) select = select.where('kind', '=', kind);
  if (key !== undefined) select = select.where('key', '=', key);
  if (before !== undefined) select = select.where('id', '<', before);
  return (await select.execute()).map(entryFrom);
}

/** Every entry of the change that this entry belongs to; empty when there is no such entry, or a part is archived. */
export async function readOperation(db: Kysely<Schema>, auditId: number): Promise<readonly AuditEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('operation', '=', (eb) => eb.selectFrom('audit').select('operation').where('id', '=', auditId))
    .where('operation', '>', (eb) => eb.selectFrom('audit_anchor').select('audit_id'))
    .orderBy('id')
    .execute();
  return rows.map(entryFrom);
}

/** The end of what is archived; what was said of items until there is not known from the database. */
export async function readAnchor(db: Kysely<Schema>): Promise<ChainPlace> {
  const { audit_id: auditId, audit_hash: auditHash } = await db
    .selectFrom('audit_anchor')
    .selectAll()
    .executeTakeFirstOrThrow();
  return { ...CHAIN_START, auditId, auditHash };
}

/**
 * Walks the whole log as it stands at one moment, and that of changes beside flags. A row that cannot be read any more breaks the chain like one that was edited.
 *
 * @param archived where the archives end; absent: archived entries are not looked at
 */
export async function verifySqlAudit(database: Database, archived?: ChainPlace): Promise<AuditVerdict> {
  return await database.read(async (db) => {
    try {
      const anchor = (await hasMigration(db, 'audit-anchor')) ? await readAnchor(db) : CHAIN_START;
      if (await hasMigration(db, 'admin-audit')) {
        const ofAdmins = await verifyAdminAudit(db);
        if (!ofAdmins.ok) return { ...ofAdmins, detail: `changes beside flags: ${ofAdmins.detail}` };
      }
      if (archived !== undefined && archived.auditId < anchor.auditId) {
        const missing = archived.auditId + 1;
        const detail = `entry ${missing} is missing: it was archived, and is in none of the archives`;
        return { ok: false, brokenAt: missing, detail };
      }
      const [head, items] = [await readHead(db), await readItems(db)];
      const verdict = await verifyAuditChain(walk(db, archived ?? anchor), head, items, archived ?? anchor);
      if (!verdict.ok || anchor.auditId === 0) return verdict;
      const first = await followChain(CHAIN_START, await readEntries(db, { after: 0, limit: 1 }));
      if ('ok' in first) return first;
      return {
        ok: true,
        entries: verdict.entries + (archived?.auditId ?? 0),
        archived: anchor.auditId,
      };
    } catch (error) {
      if (!(error instanceof UnreadableRowError)) throw error;
      return { ok: false, brokenAt: error.auditId, detail: error.message };
    }
  });
}

/** A backup of an older program lacks tables until a program has opened it. */
async function hasMigration(db: Kysely<Schema>, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('schema_migrations')
    .select('number')
    .where('name', '=', name)
    .executeTakeFirst();
  return row !== undefined;
}

/** The next entries of the log, oldest first. */
export async function readEntries(
  db: Kysely<Schema>,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly AuditEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => readable(row.id, () => entryFrom(row)));
}

class UnreadableRowError extends Error {
  override readonly name = 'UnreadableRowError';
  readonly auditId: number;
  constructor(auditId: number, cause: unknown) {
    super(`entry ${auditId} cannot be read any more: it was edited`, { cause });
    this.auditId = auditId;
  }
}

/** After an anchor only; before the first entry there may be others that do not belong there. */
async function* walk(db: Kysely<Schema>, { auditId }: ChainPlace): AsyncGenerator<AuditEntry> {
  let after = auditId === 0 ? Number.MIN_SAFE_INTEGER : auditId;
  for (;;) {
    const entries = await readEntries(db, { after, limit: VERIFY_PAGE });
    yield* entries;
    after = entries.at(-1)?.id ?? after;
    if (entries.length < VERIFY_PAGE) return;
  }
}

async function readItems(db: Kysely<Schema>): Promise<readonly PresentItem[]> {
  const rows = await db.selectFrom('items').selectAll().execute();
  return rows.map(({ project, environment, kind, key, record, audit_id: auditId }) => ({
    project,
    environment,
    kind,
    key,
    auditId,
    record: readable(auditId, () => parseRecord(record)),
  }));
}

function readable<T>(auditId: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableRowError(auditId, error);
  }
}

const entryFrom = (row: Schema['audit']): AuditEntry => ({
  id: row.id,
  at: row.at,
  author: parseAuthor(row.author),
  environment: { project: row.project, environment: row.environment },
  kind: row.kind,
  key: row.key,
  action: row.action,
  before: parseRecord(row.before),
  after: parseRecord(row.after),
  sequence: row.sequence,
  operation: row.operation,
  undoes: row.undoes,
  hash: row.hash,
});
