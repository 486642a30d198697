import type { EnvironmentRef } from '../store/store.ts';
import type { AnalyticsEvent } from './analytics-event.ts';

export interface LiveEvent {
  readonly environment: EnvironmentRef;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly event: AnalyticsEvent;
}

/** Every event that was counted, as it comes, none left out. */
export interface LiveEvents {
  /** The listener must be quick and must not throw. Returns a function that unsubscribes. */
  subscribe(listener: (events: readonly LiveEvent[]) => void): () => void;
}

export interface LiveEventsChannel extends LiveEvents {
  readonly hasListeners: boolean;
  publish(events: readonly LiveEvent[]): void;
}

export function createLiveEvents(onError: (error: unknown) => void): LiveEventsChannel {
  const listeners = new Set<(events: readonly LiveEvent[]) => void>();
  return {
    get hasListeners() {
      return listeners.size > 0;
    },
    subscribe(listener) {
      // A listener of its own for each subscription, so that the same function may subscribe twice.
      const own = (events: readonly LiveEvent[]): void => listener(events);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    publish(events) {
      for (const listener of listeners) {
        try {
          listener(events);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
