import type { Transaction } from 'kysely';
import { digestOf, hintsOf, HMAC_BLOCK_BYTES } from './key-format.ts';
import { keyRecordOf } from './key-record.ts';
import type { KeyRecord, KeyScope } from './key-record.ts';
import type { ApiKeysTable } from '../store/sql/tables/guard-tables.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { EnvironmentRef } from '../store/store.ts';

/** A key as it is held in memory: what it opens, and what proves it. */
export interface KeyEntry {
  readonly record: KeyRecord;
  readonly digest: Buffer;
  /** Whether the digest is the key's HMAC key. */
  readonly long: boolean;
}

/** Every key, and each by its digest in hexadecimal. */
export interface KeyTable {
  readonly entries: readonly KeyEntry[];
  readonly byDigest: ReadonlyMap<string, KeyEntry>;
  readonly byId: ReadonlyMap<string, KeyEntry>;
  /** SDK keys, mobile keys and client-side IDs; by `environmentName`. */
  readonly byEnvironment: ReadonlyMap<string, readonly KeyEntry[]>;
}

export async function loadKeyTable(db: Transaction<Schema>): Promise<KeyTable> {
  const rows = await db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute();
  const entries = rows.map((row) => ({
    record: keyRecordOf(row),
    digest: Buffer.from(row.digest, 'hex'),
    long: row.long === 1,
  }));
  return {
    entries,
    byDigest: new Map(rows.map((row, place) => [row.digest, entryAt(entries, place)])),
    byId: new Map(entries.map((entry) => [entry.record.id, entry])),
    byEnvironment: Map.groupBy(entries, ({ record }) =>
      record.kind === 'admin' ? '' : environmentName(record.environment),
    ),
  };
}

/** Keys of projects and environments hold no slash, so no two environments share a name. */
export function environmentName({ project, environment }: EnvironmentRef): string {
  return `${project}/${environment}`;
}

function entryAt(entries: readonly KeyEntry[], place: number): KeyEntry {
  const entry = entries[place];
  if (entry === undefined) throw new RangeError(`no key at ${place}`);
  return entry;
}

export interface KeyRowInput {
  readonly id: string;
  readonly plain: string;
  readonly scope: KeyScope;
  readonly name: string;
  readonly configured: boolean;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
}

/** The row of a new key: its digest and hints, and the key itself only when it is public. */
export function keyRow({
  id,
  plain,
  scope,
  name,
  configured,
  createdAt,
  createdBy,
  expiresAt,
}: KeyRowInput): ApiKeysTable {
  return {
    id,
    kind: scope.kind,
    name,
    role: scope.kind === 'admin' ? scope.role : null,
    project: scope.kind === 'admin' ? null : scope.environment.project,
    environment: scope.kind === 'admin' ? null : scope.environment.environment,
    digest: digestOf(plain).toString('hex'),
    ...hintsOf(scope.kind, plain),
    long: Buffer.byteLength(plain) > HMAC_BLOCK_BYTES ? 1 : 0,
    value: scope.kind === 'client-side-id' ? plain : null,
    configured: configured ? 1 : 0,
    created_at: createdAt,
    created_by: createdBy,
    expires_at: expiresAt,
    revoked_at: null,
    last_used_at: null,
  };
}
