import type { JsonValue } from '../../evaluation/model.ts';
import { show } from '../../evaluation/show.ts';
import { decideSlowroll } from './decide.ts';
import { LiveDocument } from './live-document.ts';
import { completeOptions, type SlowrollOptions } from './options.ts';
import { createReport, type Report } from './report.ts';
import { toError } from '../../shared/to-error.ts';

/** Which value a lock holds everybody to. */
export type SlowrollSide = 'stable' | 'new';

/**
 * Values that change from `stable` to `new` over time, by the place of each hash key on a line.
 *
 * The document is `{section: {key: entry}}`:
 *
 * ```json
 * { "search": { "ranking": {
 *     "stable": "bm25", "new": "vectors", "end_time": "2026-11-20 18:30Z", "duration": "14d",
 *     "early_adopters": ["alice"], "early_adopter_patterns": ["@example\\.com$"], "end_pct": 50 } } }
 * ```
 *
 * - `stable`, `new`: any JSON, `null` too. Without `new` everybody has `stable`, and no other field is read.
 * - `end_time`: UTC, as `2026-11-20 18:30Z`, `…:05Z` or `…:05.123456Z`. The change starts `duration` before it.
 * - `duration`: any of `d h m s ms`, each at most once, as `14d`, `1d 12h` or `1.5h`; `""` is none: a step at `end_time`.
 * - `start_pct`, `end_pct`: from 0 to 100, default 0 and 100. Nobody has `new` before the start; then the share that
 *   has it goes in a line from `start_pct` to `end_pct`, and stays there.
 * - `rollback`: `true` turns the defaults round, to 100 and 0: `start_pct` have `new` until the start, and then the last
 *   to have come in leave first. A `start_pct` above `end_pct` counts down without it as well.
 * - `early_adopters`: hash keys that have `new` at any time.
 * - `early_adopter_patterns`: the same by regular expression (RE2's dialect, found anywhere in the key unless anchored).
 * - `interpolate`: `true`, with numbers in `stable` and `new`, gives everybody the same number on the line between them.
 *
 * It is fetched once, kept in memory and on disk, and revalidated by its ETag. A source that is away, or that sends
 * what is no document, changes nothing: the last document goes on, from disk even after a restart. An entry with a
 * mistake stays as it was before the mistake. A document without any value does not take the place of one that has
 * some, unless it names the sections that it empties: `{"search": {}}`.
 *
 * Values are frozen: everybody gets the same ones.
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
   * @throws RangeError for an option that is no number, or is out of bounds
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
   * @throws TypeError for a hash key that is no text; never because of the source, the document or the cache file
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
   * Holds one value still for everybody, early adopters too, whatever the document and the clock say; an entry without
   * `new` has only its `stable`. In this instance only: nothing is written, so other instances do not know of it, and it
   * is gone after a restart.
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
   * Makes sure that there is a document, if there is one to be had within `firstLoadMs`; after that, loading goes on in
   * the background. Never throws; problems go to `onProblem`.
   */
  async load(): Promise<void> {
    await this.#live.load();
  }

  /**
   * Asks the source now, with all tries. `true` when it brought a document, or said that there is none newer; `false`
   * when it was away, or what it sent cannot be used. Never throws; problems go to `onProblem`.
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
