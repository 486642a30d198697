import { isoTime } from '../shared/iso-time.ts';
import type { Logger } from '../shared/logger.ts';
import type { KeyRecord } from './key-record.ts';
import type { Database } from '../store/sql/database.ts';

/** When keys were last used: noted in memory, written now and then, since it need not be exact to the second. */
export interface KeyUses {
  note(keyId: string): void;
  /** The record with what is noted and not yet written. */
  apply(key: KeyRecord): KeyRecord;
  close(): Promise<void>;
}

export interface KeyUsesDeps {
  readonly database: Database;
  readonly now: () => number;
  readonly log: Logger;
  /** null: only at the end. */
  readonly flushMs: number | null;
}

export function createKeyUses({ database, now, log, flushMs }: KeyUsesDeps): KeyUses {
  const lastUse = new Map<string, number>();
  const unwritten = new Set<string>();

  const flush = async (): Promise<void> => {
    if (unwritten.size === 0) return;
    const batch = [...unwritten];
    unwritten.clear();
    try {
      await database.write(async (db) => {
        for (const id of batch) {
          const at = isoTime(lastUse.get(id) ?? 0);
          await db
            .updateTable('api_keys')
            .set({ last_used_at: at })
            .where('id', '=', id)
            // Another instance may have seen it later.
            .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
            .execute();
        }
      });
    } catch (error) {
      for (const id of batch) unwritten.add(id);
      log.warn({ err: error }, 'times of last use are not written yet');
    }
  };
  const timer = flushMs === null ? undefined : setInterval(() => void flush(), flushMs);
  timer?.unref();

  return {
    note: (keyId) => {
      lastUse.set(keyId, now());
      unwritten.add(keyId);
    },
    apply: (key) => {
      const used = lastUse.get(key.id);
      if (used === undefined) return key;
      const at = isoTime(used);
      return key.lastUsedAt !== null && key.lastUsedAt > at ? key : { ...key, lastUsedAt: at };
    },
    close: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
