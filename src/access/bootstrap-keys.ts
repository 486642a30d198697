import { isoTime } from '../shared/iso-time.ts';
import type { Transaction } from 'kysely';
import { writeKeyEvent } from './key-events.ts';
import { digestOf, generateKey, HMAC_BLOCK_BYTES } from './key-format.ts';
import { isLive, keyRecordOf, type KeyScope } from './key-record.ts';
import { keyRow } from './key-table.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { ApiKeysTable } from '../store/sql/tables/guard-tables.ts';
import type { Author, EnvironmentRef } from '../store/store.ts';

export interface GivenKeys {
  readonly adminToken?: string | undefined;
  readonly sdkKey?: string | undefined;
  readonly clientSideId?: string | undefined;
  readonly mobileKey?: string | undefined;
}

export interface BootstrapKeys {
  /** What was generated now: to be printed now, since only digests of secrets are kept. */
  readonly created: Readonly<Partial<Record<keyof GivenKeys, string>>>;
  /** Given keys that stay shut because they were revoked. */
  readonly revoked: readonly (keyof GivenKeys)[];
}

export interface BootstrapContext {
  readonly given: GivenKeys;
  readonly environment: EnvironmentRef;
  readonly now: number;
  readonly random: (bytes: number) => Buffer;
  readonly newId: () => string;
}

const AUTHOR: Author = { id: 'configuration', via: 'seed' };
/** SDKs stop for good on a 401, so those that still have the key of the last configuration get a day. */
const REPLACED_GRACE_MS = 24 * 3_600_000;

/**
 * Makes the keys of a start what the configuration says. A given key opens, unless it was revoked: a revocation
 * outlives restarts. A given key that replaces another given one shuts that one: an administrator's token at once, the
 * others after a day. What was not given is generated when there was never one of its kind; an administrator's token
 * also when no live one is left, so that a person who may restart the program can always log in.
 */
export async function ensureBootstrapKeys(
  db: Transaction<Schema>,
  { given, environment, now, random, newId }: BootstrapContext,
): Promise<{ readonly bootstrapKeys: BootstrapKeys; readonly shortKeys: ReadonlyMap<string, string> }> {
  const created: Partial<Record<keyof GivenKeys, string>> = {};
  const revoked: (keyof GivenKeys)[] = [];
  const shortKeys = new Map<string, string>();
  const at = isoTime(now);
  const add = async (scope: KeyScope, plain: string, configured: boolean): Promise<ApiKeysTable> => {
    const name = configured ? 'configuration' : 'first';
    const row = keyRow({
      id: newId(),
      plain,
      scope,
      name,
      configured,
      createdAt: at,
      createdBy: AUTHOR.id,
      expiresAt: null,
    });
    await db.insertInto('api_keys').values(row).execute();
    await writeKeyEvent(db, { at, keyId: row.id, action: 'create', author: AUTHOR, detail: name });
    return row;
  };

  for (const [option, scope] of bootstrapScopes(environment)) {
    const rows = await rowsOf(db, scope);
    const plain = given[option];
    if (plain === undefined) {
      const needed =
        scope.kind === 'admin' ? !rows.some((row) => isLive(keyRecordOf(row), now)) : rows.length === 0;
      if (!needed) continue;
      const generated = generateKey(scope.kind, random);
      await add(scope, generated, false);
      created[option] = generated;
      continue;
    }
    const digest = digestOf(plain).toString('hex');
    const row = rows.find((candidate) => candidate.digest === digest) ?? (await add(scope, plain, true));
    if (row.revoked_at !== null) revoked.push(option);
    else await reopen(db, row);
    if (Buffer.byteLength(plain) <= HMAC_BLOCK_BYTES) shortKeys.set(row.id, plain);
    await retireOthers(db, rows, digest, scope.kind === 'admin' ? now : now + REPLACED_GRACE_MS);
  }
  return { bootstrapKeys: { created, revoked }, shortKeys };
}

function bootstrapScopes(environment: EnvironmentRef): readonly (readonly [keyof GivenKeys, KeyScope])[] {
  return [
    ['adminToken', { kind: 'admin', role: 'admin' }],
    ['sdkKey', { kind: 'sdk', environment }],
    ['clientSideId', { kind: 'client-side-id', environment }],
    ['mobileKey', { kind: 'mobile', environment }],
  ];
}

function rowsOf(db: Transaction<Schema>, scope: KeyScope): Promise<ApiKeysTable[]> {
  const query = db.selectFrom('api_keys').selectAll().where('kind', '=', scope.kind);
  return scope.kind === 'admin'
    ? query.where('role', '=', scope.role).execute()
    : query
        .where('project', '=', scope.environment.project)
        .where('environment', '=', scope.environment.environment)
        .execute();
}

/** A given key has no end, whatever an earlier configuration or a rotation has set. */
async function reopen(db: Transaction<Schema>, row: ApiKeysTable): Promise<void> {
  if (row.expires_at === null && row.configured === 1) return;
  await db
    .updateTable('api_keys')
    .set({ expires_at: null, configured: 1 })
    .where('id', '=', row.id)
    .execute();
}

async function retireOthers(
  db: Transaction<Schema>,
  rows: readonly ApiKeysTable[],
  digest: string,
  end: number,
): Promise<void> {
  const endsAt = isoTime(end);
  for (const row of rows) {
    const stays = row.digest === digest || row.configured === 0 || row.revoked_at !== null;
    if (stays || (row.expires_at !== null && row.expires_at <= endsAt)) continue;
    await db.updateTable('api_keys').set({ expires_at: endsAt }).where('id', '=', row.id).execute();
  }
}
