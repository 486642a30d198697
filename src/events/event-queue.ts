import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../shared/logger.ts';
import type { Database } from '../store/sql/database.ts';
import { StoreUnavailableError } from '../store/store.ts';
import { type EventCounter, type Payload, writePayloads } from './event-writer.ts';

export interface EventQueueDeps {
  readonly database: Database;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** How long the first payload of a batch waits for others. */
  readonly gatherMs: number;
  /** How many events may wait for the database. */
  readonly queueLimit: number;
  /** How long patient payloads wait before the next attempt on a database that was away. */
  readonly retryMs: number;
  readonly counters: readonly EventCounter[];
  /** Called when a payload is durable, and was not known before. */
  readonly onWritten: (payload: Payload, receivedAt: number) => void;
}

export interface EventQueue {
  /**
   * Resolves when the payload is durable: true when it is new, false when its id was known. A patient payload waits for
   * a database that is away; another is refused.
   * @throws {StoreUnavailableError} the queue is full or closed, or the database is away; nothing was counted.
   */
  add(payload: Payload, isPatient: boolean): Promise<boolean>;
  /** Events that wait for the database. */
  size(): number;
  /** Payloads that were not written. */
  refused(): number;
  /** Takes no more, and resolves when everything taken is durable or refused. */
  close(): Promise<void>;
}

interface Waiting {
  readonly payload: Payload;
  readonly receivedAt: number;
  readonly isPatient: boolean;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** A transaction no longer than this many events, so that SQLite's lock is never held for long. */
const BATCH_EVENTS = 2_000;

/** Writes payloads in batches, one durable transaction for all that come within `gatherMs`. */
export function createEventQueue({
  database,
  now,
  log,
  gatherMs,
  queueLimit,
  retryMs,
  counters,
  onWritten,
}: EventQueueDeps): EventQueue {
  let waiting: Waiting[] = [];
  let queued = 0;
  let refused = 0;
  let working: Promise<void> | undefined;
  let closed = false;
  let isAway = false;

  async function work(): Promise<void> {
    await wait(gatherMs);
    while (waiting.length > 0) {
      const left = await commit(takeBatch());
      if (left.length === 0) continue;
      waiting = left.concat(waiting);
      await wait(retryMs);
    }
    working = undefined;
  }

  function takeBatch(): readonly Waiting[] {
    let events = 0;
    let count = 0;
    while (count < waiting.length && events < BATCH_EVENTS) {
      events += waiting[count]?.payload.events.length ?? 0;
      count += 1;
    }
    return waiting.splice(0, count);
  }

  /** Returns those that are to be tried again. */
  async function commit(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      if (database.isNearlyFull()) {
        const why = 'the disk of the database is nearly full, and the rest is kept for changes of flags';
        throw new StoreUnavailableError(why, 5, { reason: 'full' });
      }
      const payloads = batch.map(({ payload }) => payload);
      const fresh = await writePayloads(database, payloads, now(), counters);
      batch.forEach((item, place) => {
        const isNew = fresh[place] === true;
        if (isNew) onWritten(item.payload, item.receivedAt);
        item.resolve(isNew);
      });
      queued -= sizeOf(batch);
      if (isAway) log.info({}, 'events are written again');
      isAway = false;
      return [];
    } catch (error) {
      return error instanceof StoreUnavailableError
        ? whileAway(batch, error)
        : await withoutPoison(batch, error);
    }
  }

  function whileAway(batch: readonly Waiting[], error: StoreUnavailableError): readonly Waiting[] {
    const left = closed ? [] : batch.filter(({ isPatient }) => isPatient);
    refuse(
      batch.filter((item) => !left.includes(item)),
      error,
    );
    if (!closed && !isAway) log.warn({ reason: error.message }, 'events wait for the database');
    isAway ||= !closed;
    return left;
  }

  /** The database takes one of the payloads for nonsense: each alone, so that only that one is refused. */
  async function withoutPoison(batch: readonly Waiting[], error: unknown): Promise<readonly Waiting[]> {
    if (batch.length === 1) {
      log.error({ err: error }, 'events could not be written');
      refuse(batch, error);
      return [];
    }
    const left: Waiting[] = [];
    for (const item of batch) left.push(...(await commit([item])));
    return left;
  }

  function refuse(items: readonly Waiting[], error: unknown): void {
    refused += items.length;
    queued -= sizeOf(items);
    for (const { reject } of items) reject(error);
  }

  return {
    add(payload, isPatient) {
      if (closed || (queued > 0 && queued + payload.events.length > queueLimit)) {
        refused += 1;
        const why = closed ? 'the service is stopping' : 'the event queue is full';
        return Promise.reject(new StoreUnavailableError(why, 1));
      }
      queued += payload.events.length;
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      waiting.push({ payload, receivedAt: now(), isPatient, resolve, reject });
      working ??= work();
      return promise;
    },
    size: () => queued,
    refused: () => refused,
    async close() {
      closed = true;
      await working;
    },
  };
}

const sizeOf = (items: readonly Waiting[]): number =>
  items.reduce((sum, { payload }) => sum + payload.events.length, 0);
