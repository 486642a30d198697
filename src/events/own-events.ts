import type { EnvironmentRef } from '../store/store.ts';
import type { AnalyticsEvent } from './analytics-event.ts';
import type { Payload } from './event-writer.ts';

export interface OwnEventsDeps {
  readonly write: (payload: Payload) => Promise<unknown>;
  /** How long the first event of a batch waits for others, in milliseconds. */
  readonly everyMs: number;
  /** How many events make a batch that waits no longer. */
  readonly maxEvents: number;
}

export interface OwnEvents {
  /** Resolves when the events are written; rejects when their batch is not. All events of a batch share one promise. */
  add(environment: EnvironmentRef, events: readonly AnalyticsEvent[]): Promise<void>;
  /** Events that wait for their batch. */
  size(): number;
  /** Writes the batch now. */
  flush(): void;
}

interface Batch {
  readonly payloads: { readonly environment: EnvironmentRef; readonly events: AnalyticsEvent[] }[];
  readonly written: PromiseWithResolvers<void>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Gathers the events that this process makes, so that the page views of a moment cost one write. A crash loses those
 * that are still gathered; events that a sender was told are durable never come here.
 */
export function createOwnEvents({ write, everyMs, maxEvents }: OwnEventsDeps): OwnEvents {
  let batch: Batch | undefined;
  let size = 0;

  const flush = (): void => {
    if (batch === undefined) return;
    const { payloads, written, timer } = batch;
    batch = undefined;
    size = 0;
    clearTimeout(timer);
    Promise.all(payloads.map(write)).then(() => written.resolve(), written.reject);
  };

  return {
    add: (environment, events) => {
      batch ??= {
        payloads: [],
        written: Promise.withResolvers(),
        timer: setTimeout(flush, everyMs),
      };
      const { payloads, written } = batch;
      const payload = payloads.find((each) => isSame(each.environment, environment));
      if (payload === undefined) payloads.push({ environment, events: [...events] });
      else payload.events.push(...events);
      size += events.length;
      if (size >= maxEvents) flush();
      return written.promise;
    },
    size: () => size,
    flush,
  };
}

const isSame = (one: EnvironmentRef, other: EnvironmentRef): boolean =>
  one.environment === other.environment && one.project === other.project;
