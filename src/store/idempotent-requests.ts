import { isoTime } from '../shared/iso-time.ts';
import { z } from 'zod';
import type { Database } from './sql/database.ts';

/** An answer as it went out, so that it can go out again. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** null: it held a secret, which is kept nowhere. */
  readonly body: string | null;
}

export type BeginOutcome =
  /** Not requested before: do it, then `finish` or `forget`. */
  | { readonly outcome: 'new' }
  | { readonly outcome: 'in-progress' }
  /** The key was used for something else. */
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'done'; readonly answer: KeptAnswer };

/** Which requests were done already, for a day. All throw StoreUnavailableError. */
export interface IdempotentRequests {
  begin(client: string, key: string, digest: string): Promise<BeginOutcome>;
  finish(client: string, key: string, answer: KeptAnswer): Promise<void>;
  /** It came to nothing and may be tried again. */
  forget(client: string, key: string): Promise<void>;
}

const LIFE_MS = 24 * 3_600_000;
/** Nothing takes that long: the process that began it is gone, and how it ended is not known. */
const ABANDONED_MS = 60_000;
const ANSWER = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
});

export function createIdempotentRequests({
  database,
  now,
}: {
  readonly database: Database;
  readonly now: () => number;
}): IdempotentRequests {
  return {
    begin: (client, key, digest) =>
      database.write(async (db): Promise<BeginOutcome> => {
        await db
          .deleteFrom('idempotent_requests')
          .where('started_at', '<=', isoTime(now() - LIFE_MS))
          .execute();
        await db
          .deleteFrom('idempotent_requests')
          .where('client', '=', client)
          .where('key', '=', key)
          .where('answer', 'is', null)
          .where('started_at', '<=', isoTime(now() - ABANDONED_MS))
          .execute();
        const claimed = await db
          .insertInto('idempotent_requests')
          .values({ client, key, digest, started_at: isoTime(now()), answer: null })
          // Of two who come at once, the database lets one in.
          .onConflict((conflict) => conflict.columns(['client', 'key']).doNothing())
          .returning('key')
          .executeTakeFirst();
        if (claimed !== undefined) return { outcome: 'new' };
        const row = await db
          .selectFrom('idempotent_requests')
          .select(['digest', 'answer'])
          .where('client', '=', client)
          .where('key', '=', key)
          .executeTakeFirstOrThrow();
        if (row.digest !== digest) return { outcome: 'mismatch' };
        return row.answer === null
          ? { outcome: 'in-progress' }
          : { outcome: 'done', answer: ANSWER.parse(JSON.parse(row.answer)) };
      }),
    finish: async (client, key, answer) => {
      await database.write((db) =>
        db
          .updateTable('idempotent_requests')
          .set({ answer: JSON.stringify(answer) })
          .where('client', '=', client)
          .where('key', '=', key)
          .execute(),
      );
    },
    forget: async (client, key) => {
      await database.write((db) =>
        db
          .deleteFrom('idempotent_requests')
          .where('client', '=', client)
          .where('key', '=', key)
          .where('answer', 'is', null)
          .execute(),
      );
    },
  };
}
