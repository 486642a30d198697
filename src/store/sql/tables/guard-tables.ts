import type { Generated } from 'kysely';

/** The tables of 010 to 013: keys, settings, sessions and idempotent requests. Times are ISO 8601 in UTC; every digest is hexadecimal SHA-256. */
export interface GuardTables {
  readonly guard_versions: GuardVersionsTable;
  readonly api_keys: ApiKeysTable;
  readonly key_events: KeyEventsTable;
  readonly settings: SettingsTable;
  readonly login_tokens: LoginTokensTable;
  readonly dashboard_sessions: DashboardSessionsTable;
  readonly idempotent_requests: IdempotentRequestsTable;
}

/** One row for each thing that is held in memory; a version rises with every write, so that a poll costs one row. */
export interface GuardVersionsTable {
  name: 'keys' | 'settings';
  version: number;
}

export interface ApiKeysTable {
  id: string;
  kind: 'admin' | 'sdk' | 'mobile' | 'client-side-id';
  name: string;
  /** Of administrators' tokens only. */
  role: 'viewer' | 'operator' | 'admin' | null;
  /** Of the other kinds only. */
  project: string | null;
  environment: string | null;
  digest: string;
  prefix: string;
  last4: string;
  /** 1 when the key is longer than 64 bytes, so that its digest is its HMAC key (see secure-mode.ts). */
  long: 0 | 1;
  /** The whole of a client-side ID, which is public; null for secrets. */
  value: string | null;
  /** 1 when the configuration gave it. */
  configured: 0 | 1;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  /** At most a minute behind. */
  last_used_at: string | null;
}

/** Append-only: who created, rotated and revoked keys, and which keys were refused. */
export interface KeyEventsTable {
  id: Generated<number>;
  at: string;
  key_id: string;
  action: 'create' | 'rotate' | 'revoke' | 'refuse';
  author: string;
  detail: string;
}

export interface SettingsTable {
  name: string;
  /** JSON. */
  value: string;
  updated_at: string;
  updated_by: string;
}

export interface LoginTokensTable {
  digest: string;
  key_id: string;
  expires_at: string;
  used_at: string | null;
}

export interface DashboardSessionsTable {
  digest: string;
  key_id: string;
  created_at: string;
  expires_at: string;
}

export interface IdempotentRequestsTable {
  /** Whose key it is: an API key's id, or an address. */
  client: string;
  /** As the client made it up. */
  key: string;
  /** Of what was asked. */
  digest: string;
  started_at: string;
  /** JSON; null as long as there is none. */
  answer: string | null;
}
