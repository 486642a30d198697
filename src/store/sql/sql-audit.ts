import type { Kysely } from 'kysely';
import { type AuditVerdict, type PresentItem, verifyAuditChain } from '../audit/audit-chain.ts';
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

/** Every entry of the change that this entry belongs to; empty when there is no such entry. */
export async function readOperation(db: Kysely<Schema>, auditId: number): Promise<readonly AuditEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('operation', '=', (eb) => eb.selectFrom('audit').select('operation').where('id', '=', auditId))
    .orderBy('id')
    .execute();
  return rows.map(entryFrom);
}

/** Walks the whole log as it stands at one moment. A row that cannot be read any more breaks the chain like one that was edited. */
export async function verifySqlAudit(database: Database): Promise<AuditVerdict> {
  return await database.read(async (db) => {
    try {
      return await verifyAuditChain(walk(db), await readHead(db), await readItems(db));
    } catch (error) {
      if (!(error instanceof UnreadableRowError)) throw error;
      return { ok: false, brokenAt: error.auditId, detail: error.message };
    }
  });
}

class UnreadableRowError extends Error {
  override readonly name = 'UnreadableRowError';
  readonly auditId: number;
  constructor(auditId: number, cause: unknown) {
    super(`entry ${auditId} cannot be read any more: it was edited`, { cause });
    this.auditId = auditId;
  }
}

async function* walk(db: Kysely<Schema>): AsyncGenerator<AuditEntry> {
  let last = Number.NEGATIVE_INFINITY;
  for (;;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .$if(Number.isFinite(last), (query) => query.where('id', '>', last))
      .orderBy('id')
      .limit(VERIFY_PAGE)
      .execute();
    for (const row of rows) {
      last = row.id;
      yield readable(row.id, () => entryFrom(row));
    }
    if (rows.length < VERIFY_PAGE) return;
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
