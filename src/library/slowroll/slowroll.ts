import type { JsonValue } from '../../evaluation/model.ts';
import { show } from '../../evaluation/show.ts';
import { decideSlowroll } from './decide.ts';
import { LiveDocument } from './live-document.ts';
import { completeOptions, type SlowrollOptions } from './options.ts';
import { createReport, type Report } from './report.ts';
import { toError } from '../../shared/to-error.ts';

/** The value that a lock gives to every hash key. */
export type SlowrollSide = 'stable' | 'new';

/**
 * Values that change from `stable` to `new` over time, by the position of each hash key.
 *
 * The document is `{section: {key: entry}}`:
 *
 * ```json
 * { "search": { "ranking": {
 *     "stable": "bm25", "new": "vectors", "end_time": "2026-11-20 18:30Z", "duration": "14d",
 *     "early_adopters": ["alice"], "early_adopter_patterns": ["@example\\.com$"], "end_pct": 50 } } }
 * ```
 *
 * - `stable`, `new`: any JSON, `null` too. Without `new` every hash key has `stable`, and no other field is read.
 * - `end_time`: UTC, as `2026-11-20 18:30Z`, `…:05Z` or `…:05.123456Z`. The change starts `duration` before it.
 * - `duration`: any of `d h m s ms`, each at most once, as `14d`, `1d 12h` or `1.5h`; `""` is none: a step at `end_time`.
 * - `start_pct`, `end_pct`: from 0 to 100, default 0 and 100. No hash key has `new` before the start; then the
 *   share that has it goes linearly from `start_pct` to `end_pct`, and stays there.
 * - `rollback`: `true` makes the defaults 100 and 0: `start_pct` have `new` until the start, and then the last to get it
 *   lose it first. A `start_pct` above `end_pct` counts down without it as well.
 * - `early_adopters`: hash keys that have `new` at any time.
 * - `early_adopter_patterns`: the same by regular expression (RE2's dialect, found anywhere in the key unless anchored).
 * - `interpolate`: `true`, with numbers in `stable` and `new`, gives every hash key the same number between them.
 *
 * It is fetched once, kept in memory and on disk, and revalidated by its ETag. A source that is down, or that sends
 * something else, changes nothing: the last document stays, after a restart too. An invalid entry stays as it was before.
 * A document without values does not replace one with values, unless it names the sections that it empties:
 * `{"search": {}}`.
 *
 * Values are frozen, since all callers share them.
 *
 * @example
 * const body = JSON.stringify({ search: { ranking: { stable: 'bm25' } } });
 * const config = new SlowrollConfig('https://example.com/config.json', null, { fetch: async () => ({ body }) });
 * await config.getValue('search', 'ranking', 'user-1'); // → 'bm25'
 */
export class SlowrollConfig {
  readonly #live: LiveDocument;
  readonly #now: () => number;
  readonly #hasher: (hashKey: string) => number;
  readonly #report: Report;
  readonly #locks = new Map<string, SlowrollSide>();
  #hasReportedHasher = false;

  /**
   * @param url where the JSON is; handed to `fetch`
   * @param localCacheName the file that keeps the last document; `null` keeps it in memory only
   * @throws RangeError for an option that is not a number, or out of bounds
   */
  constructor(url: string, localCacheName: string | null, options: SlowrollOptions = {}) {
    const complete = completeOptions(options);
    this.#now = complete.now;
    this.#hasher = complete.hasher;
    this.#report = createReport(complete.onProblem);
    this.#live = new LiveDocument({ ...complete, url, cacheFile: localCacheName, report: this.#report });
  }

  /**
   * The value for a hash key now. The first call waits for the document (from disk, else from the source), but no
   * longer than `firstLoadMs`; later ones answer from memory.
   * @param defaultValue for an unknown section or key, and while there is no document. Default `null`.
   * @throws TypeError for a hash key that is not text; never because of the source, the document or the cache file
   */
  async getValue(
    section: string,
    key: string,
    hashKey: string,
    defaultValue: JsonValue = null,
  ): Promise<JsonValue> {
    await this.#live.firstLoad();
    this.#live.refreshWhenOld();
    return this.valueInMemory(section, key, hashKey, defaultValue);
  }

  /**
   * The same without waiting. Never loads or refreshes anything by itself: the default until `load`, `refresh` or
   * `getValue` has brought a document, and that document until one of them brings another.
   */
  valueInMemory(section: string, key: string, hashKey: string, defaultValue: JsonValue = null): JsonValue {
    if (typeof hashKey !== 'string') {
      throw new TypeError(`slowroll: expected the hash key to be a text, got ${show(hashKey)}`);
    }
    const entry = this.#live.current.get(section)?.get(key);
    if (entry === undefined) return defaultValue;
    switch (this.#locks.get(lockName(section, key))) {
      case 'stable':
        return entry.stable;
      case 'new':
        return entry.next === undefined ? entry.stable : entry.next;
      case undefined:
        return decideSlowroll(
          entry,
          hashKey,
          (asked) => this.#positionOf(asked),
          Math.round(this.#now() * 1000),
        );
    }
  }

  /**
   * Locks one value for every hash key, early adopters too, whatever the document and the clock say; an entry without
   * `new` has only its `stable`. In this instance only: nothing is written, so a restart ends the lock.
   * @throws TypeError for any other side
   */
  lock(section: string, key: string, side: SlowrollSide): void {
    if (side !== 'stable' && side !== 'new') {
      throw new TypeError(`slowroll: expected to lock to "stable" or "new", got ${show(side)}`);
    }
    this.#locks.set(lockName(section, key), side);
  }

  unlock(section: string, key: string): void {
    this.#locks.delete(lockName(section, key));
  }

  /**
   * Waits for a document, up to `firstLoadMs`; after that, loading goes on in the background. Never throws; problems go
   * to `onProblem`.
   */
  async load(): Promise<void> {
    await this.#live.load();
  }

  /**
   * Fetches from the source now, with all attempts. `true` when it sent a document, or has none newer; `false` when it
   * was down, or sent nothing usable. Never throws; problems go to `onProblem`.
   */
  async refresh(): Promise<boolean> {
    return await this.#live.refresh();
  }

  #positionOf(hashKey: string): number | undefined {
    let problem: unknown;
    try {
      const position: unknown = this.#hasher(hashKey);
      if (typeof position === 'number' && position >= 0 && position < 1) return position;
      problem = new RangeError(
        `slowroll: expected hasher to give a number from 0 up to, but not including, 1, got ${show(position)}`,
      );
    } catch (error) {
      problem = error;
    }
    if (!this.#hasReportedHasher) this.#report(toError(problem));
    this.#hasReportedHasher = true;
    return undefined;
  }
}

/** JSON keeps `a` + `b.c` apart from `a.b` + `c`. */
function lockName(section: string, key: string): string {
  return JSON.stringify([section, key]);
}
