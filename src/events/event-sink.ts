import type { Logger } from '../shared/logger.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Database } from '../store/sql/database.ts';
import { StoreUnavailableError, type EnvironmentRef } from '../store/store.ts';
import type { AnalyticsEvent, CustomEvent } from './analytics-event.ts';
import { type EventCounter, forgetOldPayloads, writePayloads, type Payload } from './event-writer.ts';
import { createLiveEvents, type LiveEvents } from './live-events.ts';
import { parseEvents, type SkipReason } from './parse-events.ts';

export interface EventSinkDeps {
  readonly database: Database;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** How long the first of a batch waits for others. Default 10 ms. */
  readonly gatherMs?: number;
  /** How many events may wait for the database. Default 50,000. */
  readonly queueLimit?: number;
  /** How long `record` waits before it tries a database again that was away. Default 500 ms. */
  readonly retryMs?: number;
  /** How many events of one name one context may report in a minute. Default 600: beyond that it is not a person. */
  readonly perContextPerMinute?: number;
  /** What else is counted in the transaction that acknowledges the events. Default: nothing. */
  readonly counters?: readonly EventCounter[];
}

export type IngestResult =
  /** Durable. */
  | { readonly outcome: 'accepted'; readonly events: number; readonly skipped: number }
  /** The sender had sent it before; nothing was counted again. */
  | { readonly outcome: 'duplicate' };

export interface EventCounts {
  /** Events written. */
  readonly accepted: number;
  readonly duplicatePayloads: number;
  readonly refusedPayloads: number;
  /** Entries left out, by why; `capped` are those above `perContextPerMinute`. */
  readonly skipped: { readonly [reason in SkipReason | 'capped']?: number };
  /** Events waiting for the database now. */
  readonly queued: number;
}

/** Where events come in, from SDKs and from the site itself, and become exposures and metrics. */
export interface EventSink {
  /**
   * Resolves when what the body holds is durable: one transaction for all bodies that come within `gatherMs`.
   * @throws {StoreUnavailableError} the queue is full or the database away; nothing was counted, and the sender may try again.
   */
  ingest(environment: EnvironmentRef, body: unknown, payloadId?: string): Promise<IngestResult>;
  /**
   * The same for events that are made in this process: nobody would send them again, so while the database is away they
   * wait in the queue. What was written without an answer of the database is then written again.
   * @throws {StoreUnavailableError} the queue is full, or the sink closes before the database is back.
   */
  record(environment: EnvironmentRef, events: readonly AnalyticsEvent[]): Promise<void>;
  readonly live: LiveEvents;
  counts(): EventCounts;
  /** Takes no more, and resolves when everything taken is durable or refused. */
  close(): Promise<void>;
}

interface Waiting {
  readonly payload: Payload;
  readonly receivedAt: number;
  /** Waits for a database that is away. */
  readonly isPatient: boolean;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
}

const MINUTE_MS = 60_000;
/** A transaction no longer than this many events, so that SQLite's lock is never held for long. */
const BATCH_EVENTS = 2_000;
const FORGET_EVERY_MS = 600_000;

export function createEventSink({
  database,
  now,
  log,
  gatherMs = 10,
  queueLimit = 50_000,
  retryMs = 500,
  perContextPerMinute = 600,
  counters = [],
}: EventSinkDeps): EventSink {
  const live = createLiveEvents((error) => log.error({ err: error }, 'a listener of live events failed'));
  const seenThisMinute = new LRUCache<string, { count: number }>({ max: 50_000 });
  const inFlight = new Map<string, Promise<boolean>>();
  const skipped = new Map<SkipReason | 'capped', number>();
  let waiting: Waiting[] = [];
  let queued = 0;
  let accepted = 0;
  let duplicatePayloads = 0;
  let refusedPayloads = 0;
  let lastForgotten = now();
  let working: Promise<void> | undefined;
  let closed = false;
  let isAway = false;

  const skip = (reason: SkipReason | 'capped', count: number): void =>
    void skipped.set(reason, (skipped.get(reason) ?? 0) + count);

  /** Nobody can steer a metric by sending it over and over. */
  function isCapped(
    { project, environment }: EnvironmentRef,
    { eventKey, contextKeys }: CustomEvent,
  ): boolean {
    const minute = Math.floor(now() / MINUTE_MS);
    let capped = false;
    for (const { kind, key } of contextKeys) {
      const id = JSON.stringify([minute, project, environment, eventKey, kind, key]);
      const seen = seenThisMinute.get(id) ?? { count: 0 };
      seen.count += 1;
      seenThisMinute.set(id, seen);
      capped ||= seen.count > perContextPerMinute;
    }
    return capped;
  }

  function enqueue(payload: Payload, isPatient: boolean): Promise<boolean> {
    if (closed || (queued > 0 && queued + payload.events.length > queueLimit)) {
      refusedPayloads += 1;
      return Promise.reject(
        new StoreUnavailableError(closed ? 'the service is stopping' : 'the event queue is full', 1),
      );
    }
    queued += payload.events.length;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    waiting.push({ payload, receivedAt: now(), isPatient, resolve, reject });
    working ??= work();
    return promise;
  }

  async function work(): Promise<void> {
    await wait(gatherMs);
    while (waiting.length > 0) {
      const left = await commit(takeBatch());
      if (left.length === 0) continue;
      waiting = left.concat(waiting);
      await wait(retryMs);
    }
    working = undefined;
    if (now() - lastForgotten >= FORGET_EVERY_MS) await forget();
  }

  function takeBatch(): readonly Waiting[] {
    let events = 0;
    let count = 0;
    while (count < waiting.length && events < BATCH_EVENTS) {
      events += waiting[count]?.payload.events.length ?? 0;
      count += 1;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  /** Answers those that are to be tried again. */
  async function commit(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      const fresh = await writePayloads(
        database,
        batch.map(({ payload }) => payload),
        now(),
        counters,
      );
      batch.forEach((item, place) => {
        const isNew = fresh[place] === true;
        if (isNew) publish(item);
        item.resolve(isNew);
      });
      queued -= sizeOf(batch);
      if (isAway) log.info({}, 'events are written again');
      isAway = false;
      return [];
    } catch (error) {
      const mayComeBack = error instanceof StoreUnavailableError && !closed;
      const left = mayComeBack ? batch.filter(({ isPatient }) => isPatient) : [];
      const refused = left.length === 0 ? batch : batch.filter(({ isPatient }) => !isPatient);
      refusedPayloads += refused.length;
      queued -= sizeOf(refused);
      for (const { reject } of refused) reject(error);
      if (mayComeBack && !isAway) log.warn({ reason: error.message }, 'events wait for the database');
      isAway ||= mayComeBack;
      return left;
    }
  }

  function publish({ payload: { environment, events }, receivedAt }: Waiting): void {
    accepted += events.length;
    if (!live.hasListeners || events.length === 0) return;
    live.publish(events.map((event) => ({ environment, receivedAt, event })));
  }

  async function forget(): Promise<void> {
    lastForgotten = now();
    try {
      await forgetOldPayloads(database, now());
    } catch (error) {
      log.warn({ err: error }, 'old event payload ids could not be forgotten; tried again later');
    }
  }

  return {
    async ingest(environment, body, payloadId) {
      const flightId = JSON.stringify([environment.project, environment.environment, payloadId]);
      const twin = payloadId === undefined ? undefined : inFlight.get(flightId);
      if (twin !== undefined) {
        // The first of the two decides for both: an answer before it is durable would be a lie.
        await twin;
        duplicatePayloads += 1;
        return { outcome: 'duplicate' };
      }
      const parsed = await parseEvents(body, now());
      for (const [reason, count] of parsed.skipped) skip(reason, count);
      const events = parsed.events.filter((event) => {
        const isMetric = event.kind === 'custom' || event.kind === 'click' || event.kind === 'pageview';
        const capped = isMetric && isCapped(environment, event);
        if (capped) skip('capped', 1);
        return !capped;
      });
      const written = enqueue(
        { environment, events, ...(payloadId === undefined ? {} : { id: payloadId }) },
        false,
      );
      if (payloadId !== undefined) inFlight.set(flightId, written);
      try {
        if (await written) {
          return { outcome: 'accepted', events: events.length, skipped: countOf(body) - events.length };
        }
        duplicatePayloads += 1;
        return { outcome: 'duplicate' };
      } finally {
        if (payloadId !== undefined) inFlight.delete(flightId);
      }
    },

    async record(environment, events) {
      if (events.length > 0) await enqueue({ environment, events }, true);
    },

    live,

    counts: () => ({
      accepted,
      duplicatePayloads,
      refusedPayloads,
      skipped: Object.fromEntries(skipped),
      queued,
    }),

    async close() {
      closed = true;
      await working;
    },
  };
}

const sizeOf = (batch: readonly Waiting[]): number =>
  batch.reduce((sum, { payload }) => sum + payload.events.length, 0);

const countOf = (body: unknown): number => (Array.isArray(body) ? body.length : 1);
