import type { Log } from './log.ts';
import type { FeedEvent } from './store.ts';

export interface Subscribers {
  readonly add: (listener: (event: FeedEvent) => void) => () => void;
  /** To everyone, in order; one that throws is logged, and keeps nobody from hearing. */
  readonly tell: (events: readonly FeedEvent[]) => void;
}

export function createSubscribers(log: Log): Subscribers {
  const listeners = new Set<{ readonly hear: (event: FeedEvent) => void }>();
  return {
    add: (hear) => {
      // Wrapped, so that the same function may subscribe twice and leave once.
      const listener = { hear };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell: (events) => {
      for (const event of events) {
        for (const { hear } of listeners) {
          try {
            hear(event);
          } catch (error) {
            log.error(
              { err: error, environment: event.environment },
              'a subscriber to the change feed threw',
            );
          }
        }
      }
    },
  };
}
