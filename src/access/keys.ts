import { isoTime } from '../shared/iso-time.ts';
import { type Logger, SILENT_LOGGER } from '../shared/logger.ts';
import { timingSafeEqual } from 'node:crypto';
import type { Transaction } from 'kysely';
import { LRUCache } from 'lru-cache';
import { type BootstrapKeys, ensureBootstrapKeys, type GivenKeys } from './bootstrap-keys.ts';
import { createCachedTable } from './cached-table.ts';
import { createKeyEvents, type KeyEvents, writeKeyEvent } from './key-events.ts';
import { digestOf, generateKey } from './key-format.ts';
import { isLive, type KeyRecord, keyRecordOf, type KeyScope } from './key-record.ts';
import { environmentName, type KeyEntry, keyRow, loadKeyTable } from './key-table.ts';
import { createKeyUses } from './key-uses.ts';
import { matchesSecureModeHash } from './secure-mode.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { Author, EnvironmentRef } from '../store/store.ts';
import { DEFAULT_ENVIRONMENT, StoreUnavailableError } from '../store/store.ts';

/** About 200 bytes each. */
const MAX_REMEMBERED_DIGESTS = 1_000;

export type Verification =
  | { readonly outcome: 'valid'; readonly key: KeyRecord }
  /** Certain: the database was asked after the key came. */
  | { readonly outcome: 'invalid' }
  /** Not in memory, and the database cannot be asked: the client must not be refused as if the key were wrong. */
  | { readonly outcome: 'unavailable'; readonly retryAfterSeconds: number };

export interface NewKey {
  readonly key: KeyRecord;
  /** The key itself. It is stored nowhere and cannot be shown again. */
  readonly plain: string;
}

export type RotateOutcome =
  | ({ readonly outcome: 'rotated' } & NewKey)
  | { readonly outcome: 'not-found' | 'not-live' };

/** `last-admin`: no one could make another key after it. */
export type RevokeOutcome = { readonly outcome: 'revoked' | 'unchanged' | 'not-found' | 'last-admin' };

export interface Keys {
  /** Answers from memory when the key is known; a key that is not is looked for in the database. Never throws. */
  verify(presented: string): Promise<Verification>;
  /** Whether a key is live as far as memory knows; never asks the database. */
  isKnown(presented: string): boolean;
  /** Every key that ever was, oldest first; never the keys themselves. */
  list(): readonly KeyRecord[];
  get(id: string): KeyRecord | undefined;
  /** The live client-side IDs of an environment, for pages that start a browser SDK. */
  clientSideIds(environment: EnvironmentRef): readonly string[];
  create(author: Author, scope: KeyScope, name: string, expiresAt?: string): Promise<NewKey>;
  /** A new key like the old one, with the same end; the old one goes on for `graceSeconds` (0: not a moment longer). */
  rotate(author: Author, id: string, graceSeconds: number): Promise<RotateOutcome>;
  revoke(author: Author, id: string): Promise<RevokeOutcome>;
  readonly events: KeyEvents;
  /**
   * Secure mode: whether `hash` is the lower-case hex HMAC-SHA256 of the canonical context key under a live SDK key of
   * the environment.
   */
  matchesSecureModeHash(environment: EnvironmentRef, canonicalKey: string, hash: string): boolean;
  /** What every start does: the given keys open, and what was neither given nor ever made is made (see bootstrap-keys.ts). */
  ensureBootstrapKeys(given: GivenKeys, environment?: EnvironmentRef): Promise<BootstrapKeys>;
  /** Looks for what other instances changed; it also does so by itself. Throws StoreUnavailableError. */
  refresh(): Promise<void>;
  /** Writes the times of last use and stops. */
  close(): Promise<void>;
}

export interface KeysDeps {
  readonly database: Database;
  readonly now: () => number;
  /** So many bytes that cannot be guessed: node's `randomBytes`. */
  readonly random: (bytes: number) => Buffer;
  /** How soon a key revoked in another instance is shut in this one. Default 2,000; null: only by `refresh`. */
  readonly pollMs?: number | null;
  readonly log?: Logger;
}

/** Opens the table of keys and holds it in memory. Throws StoreUnavailableError. */
export async function createKeys({
  database,
  now,
  random,
  pollMs = 2_000,
  log = SILENT_LOGGER,
}: KeysDeps): Promise<Keys> {
  const copy = await createCachedTable({ database, name: 'keys', load: loadKeyTable, pollMs, log });
  const uses = createKeyUses({ database, now, log, flushMs: pollMs === null ? null : 60_000 });
  const newId = (): string => `key_${random(12).toString('hex')}`;
  /** Keys given by the configuration that are too short for the trick of secure-mode.ts. */
  const plainOfShort = new Map<string, string>();

  /** Of keys that were valid when they were last presented; whether they still are is looked up each time. */
  const digests = new LRUCache<string, Buffer>({ max: MAX_REMEMBERED_DIGESTS });
  const find = (digest: Buffer): KeyEntry | undefined => {
    const entry = copy.current().byDigest.get(digest.toString('hex'));
    // The map has compared already, character by character; this comparison is the one that counts.
    return entry !== undefined && timingSafeEqual(entry.digest, digest) && isLive(entry.record, now())
      ? entry
      : undefined;
  };
  const liveIn = (environment: EnvironmentRef): readonly KeyEntry[] =>
    (copy.current().byEnvironment.get(environmentName(environment)) ?? []).filter(({ record }) =>
      isLive(record, now()),
    );
  const insert = async (
    db: Transaction<Schema>,
    author: Author,
    scope: KeyScope,
    name: string,
    expiresAt: string | null,
  ): Promise<NewKey> => {
    const plain = generateKey(scope.kind, random);
    const row = keyRow({
      id: newId(),
      plain,
      scope,
      name,
      configured: false,
      createdAt: isoTime(now()),
      createdBy: author.id,
      expiresAt,
    });
    await db.insertInto('api_keys').values(row).execute();
    return { key: keyRecordOf(row), plain };
  };

  return {
    verify: async (presented) => {
      const digest = digests.get(presented) ?? digestOf(presented);
      let entry = find(digest);
      if (entry === undefined) {
        try {
          await copy.refresh();
        } catch (error) {
          const known = error instanceof StoreUnavailableError;
          if (!known) log.error({ err: error }, 'the table of keys cannot be read');
          return { outcome: 'unavailable', retryAfterSeconds: known ? error.retryAfterSeconds : 1 };
        }
        entry = find(digest);
      }
      if (entry === undefined) return { outcome: 'invalid' };
      digests.set(presented, digest);
      uses.note(entry.record.id);
      return { outcome: 'valid', key: entry.record };
    },
    isKnown: (presented) => find(digestOf(presented)) !== undefined,
    list: () => copy.current().entries.map(({ record }) => uses.apply(record)),
    get: (id) => {
      const entry = copy.current().byId.get(id);
      return entry === undefined ? undefined : uses.apply(entry.record);
    },
    clientSideIds: (environment) =>
      liveIn(environment).flatMap(({ record: { value } }) => (value === null ? [] : [value])),
    create: (author, scope, name, expiresAt) =>
      copy.write(async (db) => {
        const made = await insert(db, author, scope, name, expiresAt ?? null);
        await writeKeyEvent(db, {
          at: isoTime(now()),
          keyId: made.key.id,
          action: 'create',
          author,
          detail: name,
        });
        return made;
      }),
    rotate: (author, id, graceSeconds) =>
      copy.write(async (db): Promise<RotateOutcome> => {
        const old = await readKey(db, id);
        if (old === undefined) return { outcome: 'not-found' };
        if (!isLive(old, now())) return { outcome: 'not-live' };
        const made = await insert(db, author, old, old.name, old.expiresAt);
        const end = now() + graceSeconds * 1000;
        // The grace never gives an old key more time than it had.
        const expiresAt =
          old.expiresAt !== null && Date.parse(old.expiresAt) < end ? old.expiresAt : isoTime(end);
        await db.updateTable('api_keys').set({ expires_at: expiresAt }).where('id', '=', id).execute();
        const detail = `replaced by ${made.key.id}, open until ${expiresAt}`;
        await writeKeyEvent(db, { at: isoTime(now()), keyId: id, action: 'rotate', author, detail });
        return { outcome: 'rotated', ...made };
      }),
    revoke: (author, id) =>
      copy.write(async (db): Promise<RevokeOutcome> => {
        const key = await readKey(db, id);
        if (key === undefined) return { outcome: 'not-found' };
        if (key.revokedAt !== null) return { outcome: 'unchanged' };
        const at = isoTime(now());
        if (isLive(key, now()) && isAdministrator(key) && (await liveAdministrators(db, now())) === 1) {
          return { outcome: 'last-admin' };
        }
        await db.updateTable('api_keys').set({ revoked_at: at }).where('id', '=', id).execute();
        await writeKeyEvent(db, { at, keyId: id, action: 'revoke', author, detail: key.name });
        return { outcome: 'revoked' };
      }),
    events: createKeyEvents({ database, now }),
    matchesSecureModeHash: (environment, canonicalKey, hash) =>
      matchesSecureModeHash(
        liveIn(environment)
          .filter(({ record }) => record.kind === 'sdk')
          .map(({ record, digest, long }) => (long ? digest : plainOfShort.get(record.id))),
        canonicalKey,
        hash,
      ),
    ensureBootstrapKeys: async (given, environment = DEFAULT_ENVIRONMENT) => {
      const { bootstrapKeys, shortKeys } = await copy.write((db) =>
        ensureBootstrapKeys(db, { given, environment, now: now(), random, newId }),
      );
      for (const [id, plain] of shortKeys) plainOfShort.set(id, plain);
      return bootstrapKeys;
    },
    refresh: async () => {
      await copy.refresh();
    },
    close: async () => {
      copy.close();
      await uses.close();
    },
  };
}

async function readKey(db: Transaction<Schema>, id: string): Promise<KeyRecord | undefined> {
  const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : keyRecordOf(row);
}

async function liveAdministrators(db: Transaction<Schema>, now: number): Promise<number> {
  const rows = await db.selectFrom('api_keys').selectAll().where('role', '=', 'admin').execute();
  return rows.map(keyRecordOf).filter((key) => isLive(key, now)).length;
}

function isAdministrator(key: KeyRecord): boolean {
  return key.kind === 'admin' && key.role === 'admin';
}
