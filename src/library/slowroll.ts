import { slowrollPosition } from '../evaluation/index.ts';
import type { JsonValue } from '../evaluation/model.ts';
import { decideSlowroll } from './slowroll/decide.ts';
import { readSlowrollDocument, type SlowrollDocument, type SlowrollFinding } from './slowroll/document.ts';
import { httpFetch, readCache, writeCache, type FetchDocument } from './slowroll/document-source.ts';

export { readSlowrollDocument } from './slowroll/document.ts';
export type { SlowrollDocument, SlowrollEntry, SlowrollFinding } from './slowroll/document.ts';
export type { FetchDocument, FetchOutcome } from './slowroll/document-source.ts';

export interface SlowrollOptions {
  /** Brings the document. Default: HTTP with `If-None-Match`, 10 s at most. */
  readonly fetch?: FetchDocument;
  /** Milliseconds since the epoch; fractions count. Default: the system's clock. */
  readonly now?: () => number;
  /** The hash key's position, from 0 up to, but not including, 1. Default: SHA-1's last four bytes, as slowroll does. */
  readonly hasher?: (hashKey: string) => number;
  /** A document older than this is asked for again, behind the callers' backs. Default 60,000 ms. */
  readonly maxAgeMs?: number;
  /** Tries for one refresh. Default 3. */
  readonly attempts?: number;
  /** Between the first and the second try; doubles each time, plus or minus half. Default 200 ms. */
  readonly backoffMs?: number;
  /** From 0 to 1, spreads the tries. Default Math.random. */
  readonly random?: () => number;
  /** Waits between tries. Default: a timer. */
  readonly wait?: (ms: number) => Promise<void>;
  /** Told of fetches that failed and of what is wrong in a document. Default: nobody. */
  readonly onProblem?: (problem: Error | SlowrollFinding) => void;
}

/** Which value a lock holds everybody to. */
export type SlowrollSide = 'stable' | 'new';

/**
 * Values that change from `stable` to `new` over time, by the place of each hash key on a line.
 *
 * The document is fetched once, kept in memory and on disk, and revalidated by its ETag. A source that is away
 * changes nothing: the last document goes on, from disk even after a restart.
 */
export class SlowrollConfig {
  readonly #url: string;
  readonly #cacheFile: string | null;
  readonly #fetch: FetchDocument;
  readonly #now: () => number;
  readonly #hasher: (hashKey: string) => number;
  readonly #options: SlowrollOptions;
  readonly #locks = new Map<string, SlowrollSide>();
  #document: SlowrollDocument = new Map();
  #etag: string | null = null;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;
  #refreshing: Promise<boolean> | undefined;

  /**
   * @param url where the JSON is; handed to `fetch`
   * @param localCacheName the file that keeps the last document; `null` keeps it in memory only
   */
  constructor(url: string, localCacheName: string | null, options: SlowrollOptions = {}) {
    this.#url = url;
    this.#cacheFile = localCacheName;
    this.#options = options;
    this.#fetch = options.fetch ?? httpFetch(10_000);
    this.#now = options.now ?? Date.now;
    this.#hasher = options.hasher ?? slowrollPosition;
  }

  /**
   * The value for a hash key now. The first call waits for the document (from disk, else from the source); later
   * ones answer from memory.
   * @param defaultValue for an unknown section or key, and while there is no document. Default `null`.
   */
  async getValue(
    section: string,
    key: string,
    hashKey: string,
    defaultValue: JsonValue = null,
  ): Promise<JsonValue> {
    await this.load();
    if (this.#now() - this.#refreshedAt >= (this.#options.maxAgeMs ?? 60_000)) void this.refresh();
    return this.valueInMemory(section, key, hashKey, defaultValue);
  }

  /** The same without waiting for anything: the default until there is a document. */
  valueInMemory(section: string, key: string, hashKey: string, defaultValue: JsonValue = null): JsonValue {
    const entry = this.#document.get(section)?.get(key);
    if (entry === undefined) return defaultValue;
    switch (this.#locks.get(lockName(section, key))) {
      case 'stable':
        return entry.stable;
      case 'new':
        return entry.next ?? entry.stable;
      case undefined:
        return decideSlowroll(entry, hashKey, this.#hasher(hashKey), Math.round(this.#now() * 1000));
    }
  }

  /** Holds one value still, on this machine only, whatever the document and the clock say. */
  lock(section: string, key: string, side: SlowrollSide): void {
    this.#locks.set(lockName(section, key), side);
  }

  unlock(section: string, key: string): void {
    this.#locks.delete(lockName(section, key));
  }

  /** Makes sure that there is a document, if there is one to be had. Never throws; problems go to `onProblem`. */
  async load(): Promise<void> {
    this.#loading ??= this.#loadOnce();
    await this.#loading;
  }

  /** Asks the source now. `true` when it answered, with news or without. Never throws. */
  async refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refreshWithRetries().finally(() => {
      this.#refreshing = undefined;
    });
    return await this.#refreshing;
  }

  async #loadOnce(): Promise<void> {
    if (this.#cacheFile !== null) {
      try {
        const cached = await readCache(this.#cacheFile, this.#url);
        if (cached !== undefined && this.#apply(cached.body)) {
          this.#etag = cached.etag;
          return;
        }
      } catch (error) {
        this.#report(error);
      }
    }
    await this.refresh();
  }

  async #refreshWithRetries(): Promise<boolean> {
    const { attempts = 3, backoffMs = 200, random = Math.random, wait = waitMs } = this.#options;
    // The next try by age starts from here, so that a source that is away is not asked by every caller.
    this.#refreshedAt = this.#now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#refreshOnce();
        return true;
      } catch (error) {
        this.#report(error);
      }
      if (attempt >= attempts) return false;
      await wait(backoffMs * 2 ** (attempt - 1) * (0.5 + random()));
    }
  }

  async #refreshOnce(): Promise<void> {
    const outcome = await this.#fetch(this.#url, this.#etag);
    if ('notModified' in outcome) return;
    if (!this.#apply(outcome.body)) return;
    this.#etag = outcome.etag ?? null;
    if (this.#cacheFile === null) return;
    try {
      await writeCache(this.#cacheFile, this.#url, { body: outcome.body, etag: this.#etag });
    } catch (error) {
      this.#report(error);
    }
  }

  /** `false`, and the old document stays, when the text is not a document at all. */
  #apply(body: string): boolean {
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch (error) {
      throw new Error(`${this.#url} is not JSON; the last document stays`, { cause: error });
    }
    const { document, findings } = readSlowrollDocument(json);
    for (const finding of findings) this.#options.onProblem?.(finding);
    if (findings.some((finding) => finding.path === '$')) return false;
    this.#document = document;
    return true;
  }

  #report(error: unknown): void {
    this.#options.onProblem?.(error instanceof Error ? error : new Error(String(error)));
  }
}

/** A character that JSON text cannot hide in a name keeps `a` + `b.c` apart from `a.b` + `c`. */
function lockName(section: string, key: string): string {
  return JSON.stringify([section, key]);
}

async function waitMs(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms).unref();
  await promise;
}
