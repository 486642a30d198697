import { setImmediate as turn } from 'node:timers/promises';
import { type Kysely, sql, type Transaction } from 'kysely';
import { recordAdminChange } from '../audit/admin-audit.ts';
import type { Head } from '../audit/audit-chain.ts';
import type { Commit } from '../changes/build-commit.ts';
import type { Rows } from '../state.ts';
import { parseRecord } from '../stored-json.ts';
import type { DialectName } from './dialect-name.ts';
import type { Schema } from './schema.ts';

/** The news of a change goes out here, with the position that the rows have reached and nothing else. */
export const NEWS_CHANNEL = 'dj_toggle_news';

/** Rows in one INSERT: SQLite takes 32,766 parameters at most. */
const BATCH = 500;

export async function readHead(db: Kysely<Schema>): Promise<Head> {
  return headFrom(await db.selectFrom('store_head').selectAll().executeTakeFirstOrThrow());
}

/** The head, held until the transaction ends: writers of all instances go through here one after the other. */
export async function lockHead(db: Kysely<Schema>, dialect: DialectName): Promise<Head> {
  const row = await db
    .selectFrom('store_head')
    .selectAll()
    // SQLite's transactions hold the only write lock from their first moment.
    .$if(dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
  return headFrom(row);
}

const headFrom = (row: Schema['store_head']): Head => ({
  position: row.position,
  auditId: row.audit_id,
  auditHash: row.audit_hash,
});

/** All rows past a position. Inside one transaction, so that an item never comes without its environment. */
export async function readRows(db: Kysely<Schema>, since: number): Promise<Rows> {
  const projects = await db
    .selectFrom('projects')
    .select(['key', 'name', 'position'])
    .where('position', '>', since)
    .orderBy('position')
    .execute();
  const environments = await db
    .selectFrom('environments')
    .select(['project', 'key', 'name', 'position'])
    .where('position', '>', since)
    .orderBy('position')
    .execute();
  const items = await db
    .selectFrom('items')
    .selectAll()
    .where('position', '>', since)
    .orderBy('position')
    .execute();
  return {
    projects,
    environments,
    items: items.map((row) => ({
      environment: { project: row.project, environment: row.environment },
      kind: row.kind,
      key: row.key,
      version: row.version,
      sequence: row.sequence,
      position: row.position,
      auditId: row.audit_id,
      record: parseRecord(row.record),
    })),
  };
}

/** Everything of a commit, inside the transaction that locked the head. */
export async function writeCommit(
  db: Transaction<Schema>,
  dialect: DialectName,
  commit: Commit,
): Promise<void> {
  for (const { createdAt, createdBy, author: _, ...row } of commit.projects) {
    await db
      .insertInto('projects')
      .values({ ...row, created_at: createdAt, created_by: createdBy })
      .execute();
  }
  for (const { createdAt, createdBy, author: _, ...row } of commit.environments) {
    await db
      .insertInto('environments')
      .values({ ...row, sequence: 0, created_at: createdAt, created_by: createdBy })
      .execute();
  }
  for (let start = 0; start < commit.entries.length; start += BATCH) {
    if (start > 0) await turn();
    await writeEntries(db, commit.entries.slice(start, start + BATCH));
  }
  for (let start = 0; start < commit.items.length; start += BATCH) {
    if (start > 0) await turn();
    await writeItems(db, commit.items.slice(start, start + BATCH));
  }
  // In the order of positions, so that the last of an environment is its highest.
  const reached = new Map(
    commit.items.map((item) => [
      JSON.stringify([item.environment.project, item.environment.environment]),
      item,
    ]),
  );
  for (const { environment, sequence } of reached.values()) {
    await db
      .updateTable('environments')
      .set({ sequence })
      .where('project', '=', environment.project)
      .where('key', '=', environment.environment)
      .execute();
  }
  const { position, auditId, auditHash } = commit.head;
  await db
    .updateTable('store_head')
    .set({ position, audit_id: auditId, audit_hash: auditHash })
    .where('id', '=', 1)
    .execute();
  await noteNew(db, commit);
  if (dialect === 'postgres') await sql`select pg_notify(${NEWS_CHANNEL}, ${String(position)})`.execute(db);
}

/** Projects and environments go into the chain of operators' changes, the first ones of a store too. */
async function noteNew(db: Transaction<Schema>, { projects, environments }: Commit): Promise<void> {
  for (const { key, name, author, createdAt } of projects) {
    const change = { at: Date.parse(createdAt), author, kind: 'project', key, action: 'create' } as const;
    await recordAdminChange(db, { ...change, detail: { name } });
  }
  for (const { project, key, name, author, createdAt } of environments) {
    const change = { at: Date.parse(createdAt), author, kind: 'environment', key, action: 'create' } as const;
    await recordAdminChange(db, { ...change, environment: { project, environment: key }, detail: { name } });
  }
}

async function writeEntries(db: Kysely<Schema>, entries: Commit['entries']): Promise<void> {
  await db
    .insertInto('audit')
    .values(
      entries.map((entry) => ({
        id: entry.id,
        at: entry.at,
        author: JSON.stringify(entry.author),
        project: entry.environment.project,
        environment: entry.environment.environment,
        kind: entry.kind,
        key: entry.key,
        action: entry.action,
        before: jsonOrNull(entry.before),
        after: jsonOrNull(entry.after),
        sequence: entry.sequence,
        operation: entry.operation,
        undoes: entry.undoes,
        hash: entry.hash,
      })),
    )
    .execute();
}

async function writeItems(db: Kysely<Schema>, items: Commit['items']): Promise<void> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('items')
    .values(
      items.map((item) => ({
        project: item.environment.project,
        environment: item.environment.environment,
        kind: item.kind,
        key: item.key,
        version: item.version,
        sequence: item.sequence,
        position: item.position,
        audit_id: item.auditId,
        record: jsonOrNull(item.record),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['project', 'environment', 'kind', 'key'])
        .doUpdateSet((eb) => ({
          version: eb.ref('excluded.version'),
          sequence: eb.ref('excluded.sequence'),
          position: eb.ref('excluded.position'),
          audit_id: eb.ref('excluded.audit_id'),
          record: eb.ref('excluded.record'),
        }))
        // The last word on compare-and-set: whatever was read before, a version never goes down.
        .whereRef('items.version', '<', 'excluded.version'),
    )
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== BigInt(items.length)) {
    throw new Error('an item was changed behind the store’s back: its version is not below the new one');
  }
}

const jsonOrNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
