import { LRUCache } from 'lru-cache';

/** What a client did in its window, and how long the window lasts. */
export interface WindowCount {
  readonly hits: number;
  readonly leftMs: number;
}

export interface WindowCounter {
  /** Undefined for a client without a window: it did nothing of late. */
  count(client: string): WindowCount | undefined;
  /** Counts one more, and returns the count with it. */
  hit(client: string): WindowCount;
}

/** The clients remembered; the one not seen for longest is forgotten first. */
const MAX_CLIENTS = 50_000;

/** Counts per client in fixed windows: in memory, bounded, without timers. `now` is in milliseconds. */
export function createWindowCounter(windowMs: number, now: () => number): WindowCounter {
  const windows = new LRUCache<string, { hits: number; readonly startedAt: number }>({
    // Bounded by size, since a cache bounded by `max` allocates all of its room at once.
    maxSize: MAX_CLIENTS,
    sizeCalculation: () => 1,
  });

  const live = (client: string) => {
    const window = windows.get(client);
    const age = now() - (window?.startedAt ?? 0);
    // A clock that was set back must not lock a client out for longer than a window.
    return age >= 0 && age < windowMs ? window : undefined;
  };
  return {
    count(client) {
      const window = live(client);
      return window === undefined
        ? undefined
        : { hits: window.hits, leftMs: window.startedAt + windowMs - now() };
    },
    hit(client) {
      let window = live(client);
      if (window === undefined) windows.set(client, (window = { hits: 0, startedAt: now() }));
      window.hits += 1;
      return { hits: window.hits, leftMs: window.startedAt + windowMs - now() };
    },
  };
}
