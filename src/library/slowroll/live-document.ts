import { keepCache, readCache, type CachedDocument } from './cache-file.ts';
import {
  readSlowrollDocument,
  writeSlowrollDocument,
  type SlowrollDocument,
} from '../../shared/slowroll-document/document.ts';
import { fetchDocument } from './document-source.ts';
import { freezeDeeply } from '../freeze-deeply.ts';
import type { SlowrollOptions } from './options.ts';
import type { Report } from './report.ts';
import { toError } from '../../shared/to-error.ts';

const MAX_BACKOFF_MS = 30_000;
/** The interval of a timer that only keeps the program running. */
const HOLD_MS = 60_000;

type Deps = Pick<
  Required<SlowrollOptions>,
  'fetch' | 'now' | 'maxAgeMs' | 'firstLoadMs' | 'timeoutMs' | 'attempts' | 'backoffMs' | 'random' | 'wait'
> & {
  readonly url: string;
  /** `null`: memory only. */
  readonly cacheFile: string | null;
  readonly report: Report;
};

/** The newest usable document, from its source or from disk. Nothing here throws; problems are reported. */
export class LiveDocument {
  readonly #deps: Deps;
  #current: SlowrollDocument = new Map();
  #hasDocument = false;
  #etag: string | null = null;
  /** What the cache file should say. */
  #kept: CachedDocument | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #firstLoad: Promise<void> | undefined;
  #firstLoadIsOver = false;
  #refreshing: Promise<boolean> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Empty until something was loaded. */
  get current(): SlowrollDocument {
    return this.#current;
  }

  /** Waits for the first document, at most for `firstLoadMs`; after that, loading goes on in the background. */
  async firstLoad(): Promise<void> {
    this.#firstLoad ??= within(this.#deps.firstLoadMs, this.#loadOnce()).finally(() => {
      this.#firstLoadIsOver = true;
    });
    await this.#firstLoad;
  }

  /** Like `firstLoad`, and fetches again where that brought nothing. */
  async load(): Promise<void> {
    if (this.#firstLoadIsOver && !this.#hasDocument) {
      await within(
        this.#deps.firstLoadMs,
        this.#refreshInBackground().then(() => undefined),
      );
    } else {
      await this.firstLoad();
    }
  }

  /** Fetches with all attempts. `true` for a usable document, or none newer. */
  async refresh(): Promise<boolean> {
    // The timers of the attempts would let the program end while a caller waits.
    const hold = setInterval(() => undefined, HOLD_MS);
    try {
      return await this.#refreshInBackground();
    } finally {
      clearInterval(hold);
    }
  }

  refreshWhenOld(): void {
    // Absolute: a clock that was set back must not stop the refreshes.
    const ageMs = Math.abs(this.#deps.now() - this.#refreshedAt);
    const { maxAgeMs, firstLoadMs } = this.#deps;
    // Without a document, fetch again sooner.
    const limitMs = this.#hasDocument ? maxAgeMs : Math.min(maxAgeMs, firstLoadMs);
    if (ageMs >= limitMs) void this.#refreshInBackground();
  }

  async #loadOnce(): Promise<void> {
    const { url, cacheFile } = this.#deps;
    if (cacheFile !== null) {
      try {
        const cached = await readCache(cacheFile, url);
        // The first refresh was faster than the disk, and is newer.
        if (this.#hasDocument) return;
        if (cached !== undefined) {
          const isWhole = this.#apply(cached.body, `the cache file ${cacheFile}`);
          // With the ETag of a damaged document the source would send none.
          this.#etag = isWhole ? cached.etag : null;
          this.#kept = cached;
          return;
        }
      } catch (error) {
        this.#deps.report(toError(error));
      }
    }
    await this.#refreshInBackground();
  }

  /** Does not keep the program running, except during a request. */
  async #refreshInBackground(): Promise<boolean> {
    this.#refreshing ??= this.#refreshWithRetries()
      .catch((error: unknown) => {
        this.#deps.report(toError(error));
        return false;
      })
      .finally(() => {
        this.#refreshing = undefined;
      });
    return await this.#refreshing;
  }

  async #refreshWithRetries(): Promise<boolean> {
    const { now, attempts, backoffMs, random, wait } = this.#deps;
    // The age counts from here, so that not every caller fetches from a source that is down.
    this.#refreshedAt = now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#refreshOnce();
        return true;
      } catch (error) {
        this.#deps.report(toError(error));
      }
      if (attempt >= attempts) return false;
      await wait(Math.min(backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS) * (0.5 + random()));
    }
  }

  async #refreshOnce(): Promise<void> {
    const { fetch, url, cacheFile, timeoutMs } = this.#deps;
    const outcome = await fetchDocument(fetch, url, this.#etag, timeoutMs);
    if (outcome.notModified === true) {
      if (!this.#hasDocument) throw new Error(`${url} was not modified, but nothing has come from it yet`);
    } else {
      const isWhole = this.#apply(outcome.body, url);
      this.#etag = outcome.etag ?? null;
      this.#kept = isWhole
        ? { body: outcome.body, etag: this.#etag }
        : // What was refused is not kept. Without an ETag a restart fetches it again, and reports it again.
          { body: JSON.stringify(writeSlowrollDocument(this.#current)), etag: null };
    }
    if (cacheFile === null || this.#kept === undefined) return;
    try {
      await keepCache(cacheFile, url, this.#kept);
    } catch (error) {
      this.#deps.report(toError(error));
    }
  }

  /** Returns whether all of it was accepted. @throws when nothing is usable; the last document stays */
  #apply(body: string, origin: string): boolean {
    let json: unknown;
    try {
      json = JSON.parse(body.replace(/^\uFEFF/, ''));
    } catch (error) {
      throw new Error(`${origin} is not JSON; the last document stays`, { cause: error });
    }
    const { document, findings, isUsable, isWhole } = readSlowrollDocument(freezeDeeply(json), this.#current);
    for (const finding of findings) this.#deps.report(finding);
    if (!isUsable) throw new Error(`${origin} has no section that can be used; the last document stays`);
    this.#current = document;
    this.#hasDocument = true;
    return isWhole;
  }
}

/** Waits until the work is done or the time is over, and keeps the program running meanwhile. The work goes on. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
