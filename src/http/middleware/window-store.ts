import type { ClientRateLimitInfo, Store } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';

interface Window {
  hits: number;
  readonly startedAt: number;
}

/** What a client did in its window, and how long that goes on. */
export interface WindowCount {
  readonly hits: number;
  readonly leftMs: number;
}

export interface WindowStoreOptions {
  readonly windowMs: number;
  readonly now: () => number;
  /** Clients that are remembered; the one not seen for longest is forgotten first. Default 50,000. */
  readonly maxClients?: number;
}

/** Counts per client in fixed windows, in memory, without timers, with a bound. */
export class WindowStore implements Store {
  readonly localKeys = true;
  readonly #windows: LRUCache<string, Window>;
  readonly #windowMs: number;
  readonly #now: () => number;

  constructor({ windowMs, now, maxClients = 50_000 }: WindowStoreOptions) {
    this.#windows = new LRUCache({ max: maxClients });
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Undefined for who did nothing of late. */
  count(key: string): WindowCount | undefined {
    const window = this.#live(key);
    return window === undefined ? undefined : this.#countOf(window);
  }

  hit(key: string): WindowCount {
    const window = this.#live(key) ?? { hits: 0, startedAt: this.#now() };
    window.hits += 1;
    this.#windows.set(key, window);
    return this.#countOf(window);
  }

  get(key: string): ClientRateLimitInfo | undefined {
    const count = this.count(key);
    return count === undefined ? undefined : infoOf(count);
  }

  increment(key: string): ClientRateLimitInfo {
    return infoOf(this.hit(key));
  }

  decrement(key: string): void {
    const window = this.#live(key);
    if (window !== undefined && window.hits > 0) window.hits -= 1;
  }

  resetKey(key: string): void {
    this.#windows.delete(key);
  }

  resetAll(): void {
    this.#windows.clear();
  }

  #live(key: string): Window | undefined {
    const window = this.#windows.get(key);
    if (window === undefined) return undefined;
    const age = this.#now() - window.startedAt;
    // A clock that was set back must not lock anybody out for longer than a window.
    return age >= 0 && age < this.#windowMs ? window : undefined;
  }

  #countOf({ hits, startedAt }: Window): WindowCount {
    return { hits, leftMs: startedAt + this.#windowMs - this.#now() };
  }
}

/** express-rate-limit measures the rest of a window on the system's clock, which need not be ours. */
function infoOf({ hits, leftMs }: WindowCount): ClientRateLimitInfo {
  return { totalHits: hits, resetTime: new Date(Date.now() + leftMs) };
}
