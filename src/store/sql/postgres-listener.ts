import type { Logger } from '../../shared/logger.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';

export interface PostgresListenerOptions {
  readonly url: string;
  readonly channel: string;
  readonly onNews: (payload: string) => void;
  /** Listening, for the first time or again: whatever was told in between was not heard, so now is the time to read. */
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly log: Logger;
  /** From 0 up to 1: spreads the reconnects of many instances. */
  readonly random: () => number;
  /** Default 5,000. */
  readonly heartbeatMs?: number;
  /** A connection can be dead for minutes before anyone says so; an answer that takes longer counts as none. Default 2,000. */
  readonly answerLimitMs?: number;
}

export interface PostgresListener {
  /** When the first attempt to listen has come to something, well or ill. */
  readonly tried: Promise<void>;
  close(): Promise<void>;
}

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/** Keeps one connection that does nothing but listen, looks after it, and makes a new one when it is lost. */
export function listenToPostgres(options: PostgresListenerOptions): PostgresListener {
  const stopping = new AbortController();
  const { promise: tried, resolve: nowTried } = Promise.withResolvers<void>();
  const running = keepListening(options, stopping.signal, nowTried);
  return {
    tried,
    close: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function keepListening(
  {
    url,
    channel,
    onNews,
    onUp,
    onDown,
    log,
    random,
    heartbeatMs = 5_000,
    answerLimitMs = 2_000,
  }: PostgresListenerOptions,
  stopping: AbortSignal,
  nowTried: () => void,
): Promise<void> {
  // PostgreSQL's driver is 50 modules, which a program on SQLite does not load.
  const [{ Client }, { postgresConnection }] = await Promise.all([import('pg'), import('./postgres.ts')]);
  let failures = 0;
  while (!stopping.aborted) {
    const client = new Client({ ...postgresConnection(url), query_timeout: answerLimitMs });
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    client.on('end', () => lost.abort());
    client.on('notification', ({ payload = '' }) => onNews(payload));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      failures = 0;
      onUp();
      nowTried();
      await heartbeat(client, heartbeatMs, AbortSignal.any([lost.signal, stopping]));
    } catch (error) {
      failures += 1;
      if (!stopping.aborted) log.warn({ err: error, failures }, 'not listening to the database');
    }
    nowTried();
    // Not awaited: a goodbye to a server that is gone would never be answered.
    client.end().catch(() => undefined);
    if (stopping.aborted) return;
    onDown();
    const longest = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
    await wait(longest * (0.5 + random() / 2), undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** Returns when the connection is lost or to be given up; throws when it no longer answers. */
async function heartbeat(client: Client, everyMs: number, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await wait(everyMs, undefined, { signal: ended }).catch(() => undefined);
    if (!ended.aborted) await client.query('select 1');
  }
}
