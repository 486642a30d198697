import type { KeyKind } from './key-format.ts';
import type { ApiKeysTable } from '../store/sql/tables/guard-tables.ts';
import type { EnvironmentRef } from '../store/store.ts';

/** From least to most. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export type KeyScope =
  | { readonly kind: 'admin'; readonly role: Role }
  | { readonly kind: Exclude<KeyKind, 'admin'>; readonly environment: EnvironmentRef };

interface KeyFields {
  readonly id: string;
  readonly name: string;
  /** The first characters, and the last four: what a list may show. */
  readonly prefix: string;
  readonly last4: string;
  /** The whole of a client-side ID, which is public; null for secrets. */
  readonly value: string | null;
  /** Given by the configuration. */
  readonly configured: boolean;
  /** ISO 8601, UTC, as all times here. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** At most some minutes behind; null: never used. */
  readonly lastUsedAt: string | null;
}

export type KeyRecord = KeyFields & KeyScope;

/** Whether it opens anything at `now` (ms since 1970). */
export function isLive(key: KeyRecord, now: number): boolean {
  return key.revokedAt === null && (key.expiresAt === null || Date.parse(key.expiresAt) > now);
}

/** Whether `role` reaches as far as `needed`. */
export function reaches(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function keyRecordOf(row: ApiKeysTable): KeyRecord {
  return { ...fieldsOf(row), ...scopeOf(row) };
}

function fieldsOf(row: ApiKeysTable): KeyFields {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    last4: row.last4,
    value: row.value,
    configured: row.configured === 1,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}

function scopeOf({ id, kind, role, project, environment }: ApiKeysTable): KeyScope {
  if (kind === 'admin' && role !== null) return { kind, role };
  if (kind !== 'admin' && project !== null && environment !== null) {
    return { kind, environment: { project, environment } };
  }
  // The table's check constraint forbids it; a row edited around it must not open anything.
  throw new Error(`api_keys row ${id} has neither a role nor an environment`);
}
