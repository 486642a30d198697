import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { canonicalJson, jsonCopy } from '../../shared/canonical-json.ts';
import { isoTime } from '../../shared/iso-time.ts';
import type { Schema } from '../sql/schema.ts';
import type { Author, EnvironmentRef } from '../store.ts';
import { parseAuthor } from '../stored-json.ts';
import type { AuditVerdict } from './audit-chain.ts';

/** What operators change beside flags and segments. */
export const ADMIN_KINDS = [
  'key',
  'webhook',
  'settings',
  'secrets',
  'schedule',
  'project',
  'environment',
  'release',
  'release-template',
  'experiment',
  'metric',
  'context',
] as const;

export interface AdminEntry {
  /** Rises by one; the chain's order. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly author: Author;
  readonly kind: (typeof ADMIN_KINDS)[number];
  /** Which one. */
  readonly key: string;
  /** A verb: `create`, `update`, `delete`, `rotate`, `start` … */
  readonly action: string;
  /** Null: it belongs to none. */
  readonly project: string | null;
  readonly environment: string | null;
  /** What it was made; never a secret. */
  readonly detail: unknown;
  /** Hex SHA-256 over the previous entry's hash and this entry. */
  readonly hash: string;
}

export type AdminChange = Pick<AdminEntry, 'author' | 'kind' | 'key' | 'action'> & {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly environment?: EnvironmentRef;
  readonly detail?: object;
};

const PAGE = 500;
const NO_HASH = '0'.repeat(64);

/** Adds an entry in the transaction of the change. The last thing in it, since every writer of all instances waits here. */
export async function recordAdminChange(db: Transaction<Schema>, change: AdminChange): Promise<void> {
  const head = await db
    .updateTable('admin_audit_head')
    .set((eb) => ({ entry_id: eb('entry_id', '+', 1) }))
    .returning(['entry_id', 'hash'])
    .executeTakeFirstOrThrow();
  const { at, author, kind, key, action, environment, detail = {} } = change;
  const entry = {
    id: head.entry_id,
    at: isoTime(at),
    author: jsonCopy(author),
    kind,
    key,
    action,
    project: environment?.project ?? null,
    environment: environment?.environment ?? null,
    detail: jsonCopy(detail),
  };
  const hash = hashOf(head.hash, entry);
  await db
    .insertInto('admin_audit')
    .values({
      ...entry,
      author: JSON.stringify(entry.author),
      detail: JSON.stringify(entry.detail),
      hash,
    })
    .execute();
  await db.updateTable('admin_audit_head').set({ hash }).execute();
}

/** Newest first; those before an id. */
export async function readAdminAudit(
  db: Kysely<Schema>,
  { before, limit = 50 }: { readonly before?: number; readonly limit?: number },
): Promise<readonly AdminEntry[]> {
  const rows = await db
    .selectFrom('admin_audit')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(entryFrom);
}

/** Walks the chain from the first entry to its end; names the first that does not fit. */
export async function verifyAdminAudit(db: Kysely<Schema>): Promise<AuditVerdict> {
  const head = await db.selectFrom('admin_audit_head').selectAll().executeTakeFirstOrThrow();
  let last = { id: 0, hash: NO_HASH };
  for (;;) {
    const rows = await db
      .selectFrom('admin_audit')
      .selectAll()
      .$if(last.id > 0, (query) => query.where('id', '>', last.id))
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      const brokenAt = last.id + 1;
      if (row.id !== brokenAt) return broken(brokenAt, `entry ${brokenAt} is missing`);
      if (!fits(last.hash, row)) return broken(brokenAt, `entry ${brokenAt} does not fit its hash`);
      last = { id: row.id, hash: row.hash };
    }
    if (rows.length < PAGE) break;
  }
  if (last.id !== head.entry_id || last.hash !== head.hash) {
    return broken(last.id + 1, `entry ${last.id + 1} is missing: the log was cut short`);
  }
  return { ok: true, entries: last.id };
}

function fits(previous: string, row: Schema['admin_audit']): boolean {
  try {
    const { hash, ...entry } = entryFrom(row);
    return hashOf(previous, entry) === hash;
  } catch (error) {
    // What cannot be read any more was edited.
    if (error instanceof Error) return false;
    throw error;
  }
}

const broken = (brokenAt: number, detail: string): AuditVerdict => ({ ok: false, brokenAt, detail });

const hashOf = (previous: string, entry: Omit<AdminEntry, 'hash'>): string =>
  createHash('sha256').update(previous).update('\n').update(canonicalJson(entry)).digest('hex');

const entryFrom = (row: Schema['admin_audit']): AdminEntry => ({
  id: row.id,
  at: row.at,
  author: parseAuthor(row.author),
  kind: row.kind,
  key: row.key,
  action: row.action,
  project: row.project,
  environment: row.environment,
  detail: JSON.parse(row.detail),
  hash: row.hash,
});
