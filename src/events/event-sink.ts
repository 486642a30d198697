import type { Logger } from '../shared/logger.ts';
import { createEmitter, type Emitter } from '../shared/emitter.ts';
import type { Database } from '../store/sql/database.ts';
import type { EnvironmentRef } from '../store/store.ts';
import type { AnalyticsEvent } from './analytics-event.ts';
import { createEventQueue } from './event-queue.ts';
import type { EventCounter } from './event-writer.ts';
import { createMetricCap } from './metric-cap.ts';
import { createOwnEvents } from './own-events.ts';
import { parseEvents, type SkipReason } from './parse-events.ts';

export interface EventSinkDeps {
  readonly database: Database;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** How long the first body of a batch waits for others. Default 10 ms. */
  readonly gatherMs?: number;
  /** How long events that this process made are gathered before they are written, fewer than 1,000. Default 250 ms: guards see a page that failed within that. */
  readonly ownEveryMs?: number;
  /** How many events may wait for the database. Default 50,000. */
  readonly queueLimit?: number;
  /** How long `record` waits before it tries a database again that was away. Default 500 ms. */
  readonly retryMs?: number;
  /** How many events of one name one context may report in a minute. Default 600: beyond that it is not a person. */
  readonly perContextPerMinute?: number;
  /** What else is counted in the transaction that acknowledges the events. Default: nothing. */
  readonly counters?: readonly EventCounter[];
}

export interface LiveEvent {
  readonly environment: EnvironmentRef;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly event: AnalyticsEvent;
}

export type IngestResult =
  /** Durable. */
  | { readonly outcome: 'accepted'; readonly events: number; readonly skipped: number }
  /** The sender had sent it before; nothing was counted again. */
  | { readonly outcome: 'duplicate' };

/** What a body's request says of its sender. */
export interface EventSender {
  /** The same when the body is sent again. */
  readonly payloadId?: string | undefined;
  /** Of the listener's own browser; absent where a server or an app sends for its users. */
  readonly userAgent?: string | undefined;
}

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
  ingest(environment: EnvironmentRef, body: unknown, from?: EventSender): Promise<IngestResult>;
  /**
   * Events that are made in this process: gathered, and written together four times a second or when there are 1,000, so that
   * a crash loses a quarter of a second of them at most. They would not be sent again, so while the database is away they wait in the
   * queue. Events whose write the database did not answer are written again. Events that are written together share one promise.
   * @throws {StoreUnavailableError} the queue is full, or the sink closes before the database is back.
   */
  record(environment: EnvironmentRef, events: readonly AnalyticsEvent[]): Promise<void>;
  /** Every event that was counted, as it comes, none left out. */
  readonly live: Pick<Emitter<readonly LiveEvent[]>, 'subscribe'>;
  counts(): EventCounts;
  /** Takes no more, and resolves when everything taken is durable or refused. */
  close(): Promise<void>;
}

/** Events of this process that are written without waiting for the second to end. */
const MAX_OWN_EVENTS = 1_000;

export function createEventSink({
  database,
  now,
  log,
  gatherMs = 10,
  ownEveryMs = 250,
  queueLimit = 50_000,
  retryMs = 500,
  perContextPerMinute = 600,
  counters = [],
}: EventSinkDeps): EventSink {
  const live = createEmitter<readonly LiveEvent[]>((error) =>
    log.error({ err: error }, 'a listener of live events failed'),
  );
  const isCapped = createMetricCap(perContextPerMinute, now);
  const inFlight = new Map<string, Promise<boolean>>();
  const skipped = new Map<SkipReason | 'capped', number>();
  let accepted = 0;
  let duplicatePayloads = 0;

  const queue = createEventQueue({
    database,
    now,
    log,
    gatherMs,
    queueLimit,
    retryMs,
    counters,
    onWritten: ({ environment, events }, receivedAt) => {
      accepted += events.length;
      if (!live.hasListeners() || events.length === 0) return;
      live.emit(events.map((event) => ({ environment, receivedAt, event })));
    },
  });
  const own = createOwnEvents({
    write: (payload) => queue.add(payload, true),
    everyMs: ownEveryMs,
    maxEvents: MAX_OWN_EVENTS,
  });

  const skip = (reason: SkipReason | 'capped', count: number): void =>
    void skipped.set(reason, (skipped.get(reason) ?? 0) + count);

  const isCounted = (environment: EnvironmentRef, event: AnalyticsEvent): boolean => {
    const isMetric = event.kind === 'custom' || event.kind === 'click' || event.kind === 'pageview';
    if (!isMetric || !isCapped(environment, event)) return true;
    skip('capped', 1);
    return false;
  };

  return {
    async ingest(environment, body, { payloadId, userAgent } = {}) {
      const flightId = JSON.stringify([environment.project, environment.environment, payloadId]);
      const twin = payloadId === undefined ? undefined : inFlight.get(flightId);
      if (twin !== undefined) {
        // The first of the two decides for both: an answer before it is durable would be a lie.
        await twin;
        duplicatePayloads += 1;
        return { outcome: 'duplicate' };
      }
      const parsed = await parseEvents(body, { at: now(), userAgent });
      for (const [reason, count] of parsed.skipped) skip(reason, count);
      const events = parsed.events.filter((event) => isCounted(environment, event));
      const written = queue.add(
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

    record: (environment, events) => (events.length > 0 ? own.add(environment, events) : WRITTEN),

    live,

    counts: () => ({
      accepted,
      duplicatePayloads,
      refusedPayloads: queue.refused(),
      skipped: Object.fromEntries(skipped),
      queued: queue.size() + own.size(),
    }),

    async close() {
      own.flush();
      await queue.close();
    },
  };
}

/** Of no events. */
const WRITTEN = Promise.resolve();

const countOf = (body: unknown): number => (Array.isArray(body) ? body.length : 1);
