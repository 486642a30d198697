import { isoTime } from '../shared/iso-time.ts';
import type { Transaction } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { Author } from '../store/store.ts';
import { recordAdminChange } from '../store/audit/admin-audit.ts';
import { parseAuthor } from '../store/stored-json.ts';

/** What happened to a key: an append-only log, besides the audit log of flags. */
export interface KeyEvent {
  /** Rises with every event. */
  readonly id: number;
  readonly at: string;
  readonly keyId: string;
  /** `refuse`: a valid key asked for what it may not have. */
  readonly action: 'create' | 'rotate' | 'revoke' | 'refuse';
  readonly author: Author;
  readonly detail: string;
}

export interface KeyEvents {
  /** Newest first; `before` is an id, `limit` 1–200 (default 50). Throws StoreUnavailableError. */
  list(query?: { readonly before?: number; readonly limit?: number }): Promise<readonly KeyEvent[]>;
  /** Writes a `refuse` down, at most once a minute for a key and a detail, and 20 in an hour for a key. Throws StoreUnavailableError. */
  noteRefused(author: Author, keyId: string, detail: string): Promise<void>;
}

export interface KeyEventsDeps {
  readonly database: Database;
  readonly now: () => number;
}

const REPEAT_MS = 60_000;
const REMEMBERED = 1_000;
/** In an hour: a client can make up any number of paths that its key does not reach. */
const MAX_REFUSALS = 20;
const HOUR_MS = 3_600_000;

export function createKeyEvents({ database, now }: KeyEventsDeps): KeyEvents {
  const lastRefused = new LRUCache<string, number>({ max: REMEMBERED });
  const refusals = new LRUCache<string, { readonly since: number; count: number }>({ max: REMEMBERED });

  /** Whether one more refusal of this key is written down. */
  const countRefusal = (keyId: string): boolean => {
    const known = refusals.get(keyId);
    const hour =
      known === undefined || Math.abs(now() - known.since) >= HOUR_MS ? { since: now(), count: 0 } : known;
    hour.count += 1;
    refusals.set(keyId, hour);
    return hour.count <= MAX_REFUSALS;
  };
  return {
    list: async ({ before, limit = 50 } = {}) => {
      const rows = await database.query((db) =>
        db
          .selectFrom('key_events')
          .selectAll()
          .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
          .orderBy('id', 'desc')
          .limit(Math.min(200, Math.max(1, limit)))
          .execute(),
      );
      return rows.map(({ id, at, key_id: keyId, action, author, detail }) => {
        return { id, at, keyId, action, author: parseAuthor(author), detail };
      });
    },
    noteRefused: async (author, keyId, detail) => {
      const what = `${keyId} ${detail}`;
      const last = lastRefused.get(what);
      if (last !== undefined && Math.abs(now() - last) < REPEAT_MS) return;
      lastRefused.set(what, now());
      if (!countRefusal(keyId)) return;
      await database.write((db) =>
        writeKeyEvent(db, {
          at: isoTime(now()),
          keyId,
          action: 'refuse',
          author,
          detail: detail.slice(0, 300),
        }),
      );
    },
  };
}

export async function writeKeyEvent(
  db: Transaction<Schema>,
  { at, keyId, action, author, detail }: Omit<KeyEvent, 'id'>,
): Promise<void> {
  await db
    .insertInto('key_events')
    .values({ at, key_id: keyId, action, author: JSON.stringify(author), detail })
    .execute();
  if (action === 'refuse') return;
  await recordAdminChange(db, {
    at: Date.parse(at),
    author,
    kind: 'key',
    key: keyId,
    action,
    detail: { detail },
  });
}
