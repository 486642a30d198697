import { toError } from '../../shared/to-error.ts';
import { checkedName } from './checked-feature.ts';
import { FeatureError, FeatureStorageError } from './feature-error.ts';
import { featureIn, textOf } from './feature-text.ts';
import type { FeatureData } from './feature.ts';

/**
 * Where features are stored.
 *
 * @throws FeatureStorageError from every call, when the storage fails; after it (a timeout, a broken connection) a change
 * may still have been stored
 * @throws FeatureError from every call, when what is stored, or is to be stored, is not a feature
 */
export interface FeatureStorage {
  get(name: string): Promise<FeatureData | undefined>;
  /**
   * Replaces one feature by the result of `change` (`undefined`: it is missing, or is removed) in one step: concurrent
   * updates, from any process, never lose each other's changes. `change` is called again when another update was
   * faster. Resolves when the change is stored; when `change` throws, nothing changes.
   */
  update(name: string, change: (feature: FeatureData | undefined) => FeatureData | undefined): Promise<void>;
  /** Replaces one feature, or removes it (`undefined`), even where what is stored is unreadable. */
  set(name: string, feature: FeatureData | undefined): Promise<void>;
  /** In alphabetical order. */
  names(): Promise<readonly string[]>;
  /** Closes the storage, after the pending changes. */
  close(): Promise<void>;
}

/** What a store of texts must offer for features to be stored in it. */
export interface TextStore {
  /** How errors call it. */
  readonly where: string;
  read(name: string): Promise<string | undefined>;
  /** Which changes wait for each other: those of one feature (default), or `all`, where all share one lock. */
  readonly turns?: 'all';
  /**
   * Replaces `old` by `next` (`undefined`: nothing). `false`: something else is stored, and nothing changed.
   * @param calledAt when the change was called, by `performance.now()`
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

/** Features as JSON texts. A change is a compare-and-set, tried again when another one was faster. */
export function featureStorageIn(store: TextStore): FeatureStorage {
  const { where } = store;
  const turns = turnsByKey();
  // Checking a text is expensive, and it is mostly the same as the last time.
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
    return turns.take(store.turns ?? name, () =>
      named(where, async () => {
        for (;;) {
          const old = await store.read(checkedName(name));
          const made = make(old);
          const next = made === undefined ? undefined : textOf(name, made);
          if (next === old || (await store.replace(name, old, next, calledAt))) return;
        }
      }),
    );
  };

  return {
    get: async (name) => featureFrom(name, await named(where, () => store.read(checkedName(name)))),
    update: (name, change) => replace(name, (old) => change(featureFrom(name, old))),
    set: (name, feature) => replace(name, () => feature),
    names: async () => (await named(where, () => store.names())).toSorted(),
    close: async () => {
      await turns.through();
      await named(where, () => store.close());
    },
  };
}

/**
 * Features in memory, for tests and for programs that define their features at each start.
 *
 * @example
 * const storage = memoryFeatureStorage();
 * await storage.set('chat', new Feature('chat', { percentage: 20 }).definition);
 * (await storage.get('chat'))?.percentage; // → 20
 */
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

/** Adds to a failure where it happened; errors of the caller are passed on. */
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
  /** Resolves when the pending tasks are done. */
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
