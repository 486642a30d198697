import { isoTime } from '../shared/iso-time.ts';
import type { Transaction } from 'kysely';
import { LRUCache } from 'lru-cache';
import { digestOf } from './key-format.ts';
import { isLive, type KeyRecord } from './key-record.ts';
import type { Keys } from './keys.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';

/** A person in the dashboard: an administrator's key, by way of a cookie. */
export interface DashboardSession {
  /** Hexadecimal SHA-256 of the secret in the cookie: names the session, does not open it. */
  readonly digest: string;
  readonly key: KeyRecord & { readonly kind: 'admin' };
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface NewSession {
  readonly session: DashboardSession;
  /** What goes into the cookie; kept nowhere. */
  readonly secret: string;
}

/** All throw StoreUnavailableError. */
export interface DashboardSessions {
  /** A token for a link that logs in once, within a day, as the holder of this key. */
  createLoginToken(keyId: string): Promise<string>;
  /** The session that a login token opens; undefined when it is unknown, used, too old, or its key is shut. */
  redeem(token: string): Promise<NewSession | undefined>;
  /** A session for who has shown the key itself. */
  begin(keyId: string): Promise<NewSession | undefined>;
  find(secret: string): Promise<DashboardSession | undefined>;
  end(secret: string): Promise<void>;
}

export interface DashboardSessionsDeps {
  readonly database: Database;
  readonly keys: Pick<Keys, 'get'>;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

const SECRET_BYTES = 32;
const TOKEN_LIFE_MS = 24 * 3_600_000;
export const SESSION_LIFE_MS = 7 * 24 * 3_600_000;
/** How long a session is believed without asking the database again: a logout in another instance counts after this. */
const BELIEVED_MS = 10_000;

export function createDashboardSessions({
  database,
  keys,
  now,
  random,
}: DashboardSessionsDeps): DashboardSessions {
  const believed = new LRUCache<
    string,
    { readonly keyId: string; readonly expiresAt: number; readonly askedAt: number }
  >({
    max: 1_000,
  });
  const newSecret = (): string => random(SECRET_BYTES).toString('base64url');

  const sessionOf = (digest: string, keyId: string, expiresAt: number): DashboardSession | undefined => {
    const key = keys.get(keyId);
    // A session never outlives its key.
    return key !== undefined && key.kind === 'admin' && isLive(key, now()) && expiresAt > now()
      ? { digest, key, expiresAt }
      : undefined;
  };
  const begin = async (db: Transaction<Schema>, keyId: string): Promise<NewSession | undefined> => {
    const secret = newSecret();
    const digest = hex(secret);
    const expiresAt = now() + SESSION_LIFE_MS;
    const session = sessionOf(digest, keyId, expiresAt);
    if (session === undefined) return undefined;
    await db.deleteFrom('dashboard_sessions').where('expires_at', '<=', isoTime(now())).execute();
    await db
      .insertInto('dashboard_sessions')
      .values({ digest, key_id: keyId, created_at: isoTime(now()), expires_at: isoTime(expiresAt) })
      .execute();
    return { session, secret };
  };

  return {
    createLoginToken: async (keyId) => {
      const token = newSecret();
      await database.write(async (db) => {
        await db.deleteFrom('login_tokens').where('expires_at', '<=', isoTime(now())).execute();
        await db
          .insertInto('login_tokens')
          .values({
            digest: hex(token),
            key_id: keyId,
            expires_at: isoTime(now() + TOKEN_LIFE_MS),
            used_at: null,
          })
          .execute();
      });
      return token;
    },
    redeem: (token) =>
      database.write(async (db) => {
        const at = isoTime(now());
        // One statement decides, so that of two who come at once one gets in.
        const row = await db
          .updateTable('login_tokens')
          .set({ used_at: at })
          .where('digest', '=', hex(token))
          .where('used_at', 'is', null)
          .where('expires_at', '>', at)
          .returning('key_id')
          .executeTakeFirst();
        return row === undefined ? undefined : begin(db, row.key_id);
      }),
    begin: (keyId) => database.write((db) => begin(db, keyId)),
    find: async (secret) => {
      const digest = hex(secret);
      const known = believed.get(digest);
      if (known !== undefined && Math.abs(now() - known.askedAt) < BELIEVED_MS) {
        return sessionOf(digest, known.keyId, known.expiresAt);
      }
      const row = await database.read((db) =>
        db.selectFrom('dashboard_sessions').selectAll().where('digest', '=', digest).executeTakeFirst(),
      );
      if (row === undefined) {
        believed.delete(digest);
        return undefined;
      }
      const expiresAt = Date.parse(row.expires_at);
      believed.set(digest, { keyId: row.key_id, expiresAt, askedAt: now() });
      return sessionOf(digest, row.key_id, expiresAt);
    },
    end: async (secret) => {
      const digest = hex(secret);
      await database.write((db) =>
        db.deleteFrom('dashboard_sessions').where('digest', '=', digest).execute(),
      );
      believed.delete(digest);
    },
  };
}

function hex(secret: string): string {
  return digestOf(secret).toString('hex');
}
