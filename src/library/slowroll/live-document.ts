import { keepCache, readCache, type CachedDocument } from './cache-file.ts';
import { readSlowrollDocument, writeSlowrollDocument, type SlowrollDocument } from './document.ts';
import { askSource } from './document-source.ts';
import { freezeDeeply } from '../freeze-deeply.ts';
import type { SlowrollOptions } from './options.ts';
import type { Report } from './report.ts';
import { toError } from '../../shared/to-error.ts';

const MAX_BACKOFF_MS = 30_000;
/** How often a timer goes off that is only there to keep the program running. */
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

/** The newest document that can be used, from its source or from disk. Nothing here throws: problems are reported. */
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

  /** The same, and once more where the first time brought nothing. */
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

  /** Asks the source with all tries: did it answer with something to use, or say that nothing is newer? */
  async refresh(): Promise<boolean> {
    // Somebody waits: the timers inside would let the program end.
    const hold = setInterval(() => undefined, HOLD_MS);
    try {
      return await this.#refreshInBackground();
    } finally {
      clearInterval(hold);
    }
  }

  refreshWhenOld(): void {
    // Either way: a clock that was put back must not stop the refreshes until it has caught up.
    const ageMs = Math.abs(this.#deps.now() - this.#refreshedAt);
    const { maxAgeMs, firstLoadMs } = this.#deps;
    // Where there is nothing yet, whatever the source has is better.
    const limitMs = this.#hasDocument ? maxAgeMs : Math.min(maxAgeMs, firstLoadMs);
    if (ageMs >= limitMs) void this.#refreshInBackground();
  }

  async #loadOnce(): Promise<void> {
    const { url, cacheFile } = this.#deps;
    if (cacheFile !== null) {
      try {
        const cached = await readCache(cacheFile, url);
        // A disk that is slower than the first refresh has nothing newer to say.
        if (this.#hasDocument) return;
        if (cached !== undefined) {
          const isWhole = this.#apply(cached.body, `the cache file ${cacheFile}`);
          // With the ETag of what is damaged, the source would say that nothing is newer.
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

  /** Does not keep the program running, but for a request under way. */
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
    // The next try by age starts from here, so that a source that is away is not asked by every caller.
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
    const outcome = await askSource(fetch, url, this.#etag, timeoutMs);
    if (outcome.notModified === true) {
      if (!this.#hasDocument) throw new Error(`${url} was not modified, but nothing has come from it yet`);
    } else {
      const isWhole = this.#apply(outcome.body, url);
      this.#etag = outcome.etag ?? null;
      this.#kept = isWhole
        ? { body: outcome.body, etag: this.#etag }
        : // What was refused is not kept, and asked for in full after a restart, so that it is told of again.
          { body: JSON.stringify(writeSlowrollDocument(this.#current)), etag: null };
    }
    if (cacheFile === null || this.#kept === undefined) return;
    try {
      await keepCache(cacheFile, url, this.#kept);
    } catch (error) {
      this.#deps.report(toError(error));
    }
  }

  /** Whether all of it was taken. Throws, and the last document stays, when there is nothing in it to use. */
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

/** Waits, and keeps the program running meanwhile, until the work is done or the time is over; the work goes on. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
