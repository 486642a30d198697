import { toError } from '../../shared/to-error.ts';
import { checkedName } from './checked-feature.ts';
import { FeatureError, FeatureStorageError } from './feature-error.ts';
import { featureIn, textOf } from './feature-text.ts';
import type { FeatureData } from './feature.ts';

/**
 * Where features live. Every call rejects with FeatureStorageError when the place fails, and with FeatureError when
 * what is stored, or is to be, is not a feature; both name the place. After a FeatureStorageError (a timeout, a broken
 * connection) a change may have been kept all the same.
 */
export interface FeatureStorage {
  get(name: string): Promise<FeatureData | undefined>;
  /**
   * Replaces one feature by what `change` makes of it (`undefined`: it is not there, or no longer), as one step:
   * two at once never lose each other's work, whatever process they come from. `change` is called again when
   * somebody else was faster. Resolves when it is kept; when `change` throws, nothing changes.
   */
  update(name: string, change: (feature: FeatureData | undefined) => FeatureData | undefined): Promise<void>;
  /** Replaces one feature, or removes it (`undefined`), even where what is stored does not read. */
  set(name: string, feature: FeatureData | undefined): Promise<void>;
  /** In alphabetical order. */
  names(): Promise<readonly string[]>;
  /** Ends when the changes under way are through. */
  close(): Promise<void>;
}

/** What a place must be able to do with texts, so that features can live in it. */
export interface TextPlace {
  /** How errors call it. */
  readonly where: string;
  read(name: string): Promise<string | undefined>;
  /** Whose changes wait for each other: those of one feature (default), or `all`, where one lock is for all. */
  readonly turns?: 'all';
  /**
   * Puts `next` where `old` is (`undefined`: nothing). `false`: something else is there, and nothing changed.
   * @param calledAt when the change was asked for, as `performance.now()` had it
   */
  replace(
    name: string,
    old: string | undefined,
    next: string | undefined,
    calledAt: number,
  ): Promise<boolean>;
  /** In any order. */
  names(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Features as JSON texts in a place. A change is a compare-and-set, tried again when somebody else was faster. */
export function featureStorageIn(place: TextPlace): FeatureStorage {
  const { where } = place;
  const turns = turnsByKey();
  // Checking a text is dear, and it is mostly the one that was there the last time.
  const lastRead = new Map<string, { readonly text: string; readonly feature: FeatureData }>();

  const featureFrom = (name: string, text: string | undefined): FeatureData | undefined => {
    const last = lastRead.get(name);
    if (text !== undefined && text === last?.text) return last.feature;
    lastRead.delete(name);
    if (text === undefined) return undefined;
    const feature = featureIn(text, name, where);
    lastRead.set(name, { text, feature });
    return feature;
  };
  const replace = (
    name: string,
    make: (old: string | undefined) => FeatureData | undefined,
  ): Promise<void> => {
    const calledAt = performance.now();
    return turns.take(place.turns ?? name, () =>
      named(where, async () => {
        for (;;) {
          const old = await place.read(checkedName(name));
          const made = make(old);
          const next = made === undefined ? undefined : textOf(name, made);
          if (next === old || (await place.replace(name, old, next, calledAt))) return;
        }
      }),
    );
  };

  return {
    get: async (name) => featureFrom(name, await named(where, () => place.read(checkedName(name)))),
    update: (name, change) => replace(name, (old) => change(featureFrom(name, old))),
    set: (name, feature) => replace(name, () => feature),
    names: async () => (await named(where, () => place.names())).toSorted(),
    close: async () => {
      await turns.through();
      await named(where, () => place.close());
    },
  };
}

/** For tests, and for programs that say what is released at their start. */
export function memoryFeatureStorage(): FeatureStorage {
  const texts = new Map<string, string>();
  return featureStorageIn({
    where: 'memory',
    read: (name) => Promise.resolve(texts.get(name)),
    replace: (name, old, next) => {
      if (texts.get(name) !== old) return Promise.resolve(false);
      if (next === undefined) texts.delete(name);
      else texts.set(name, next);
      return Promise.resolve(true);
    },
    names: () => Promise.resolve([...texts.keys()]),
    close: () => Promise.resolve(),
  });
}

/** Says of a failure where it happened; what the caller of a feature got wrong says so itself. */
async function named<Result>(where: string, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof FeatureError || error instanceof FeatureStorageError) throw error;
    throw new FeatureStorageError(`${where}: ${toError(error).message}`, {
      cause: error,
    });
  }
}

/** Runs the tasks of one key one after the other, whatever becomes of each. */
function turnsByKey(): {
  take<Result>(key: string, task: () => Promise<Result>): Promise<Result>;
  /** Resolves when those that were there are through. */
  through(): Promise<unknown>;
} {
  const lasts = new Map<string, Promise<void>>();
  return {
    take: (key, task) => {
      const next = (lasts.get(key) ?? Promise.resolve()).then(task);
      const last = next.then(ignore, ignore);
      lasts.set(key, last);
      void last.finally(() => {
        if (lasts.get(key) === last) lasts.delete(key);
      });
      return next;
    },
    through: () => Promise.all(lasts.values()),
  };
}

function ignore(): void {}
