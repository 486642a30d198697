import { isDeepStrictEqual } from 'node:util';
import { affectedFlags, type ChangedItem } from '../../evaluation/affected-flags.ts';
import { createEvaluator, type Evaluator, type FlagSet, type FlagSetChange } from '../evaluation/index.ts';
import { isRecord, itemsOf } from '../../evaluation/json.ts';
import type { Flag, Segment } from '../../evaluation/model.ts';
import { show } from '../../evaluation/show.ts';
import { toError } from '../../shared/to-error.ts';

/** Whether the flags are level with where they come from; answers are given in every state. */
export type SourceStatus =
  | { readonly state: 'ready' }
  /** The flags may be behind. `message` says why, in plain words. */
  | { readonly state: 'stale'; readonly message: string }
  | { readonly state: 'error'; readonly message: string };

/** Where the flags come from: the newest compiled set, and a call when there is a newer one. */
export interface EvaluatorSource {
  current(): Evaluator;
  /**
   * The definition behind `current()`: with it, answers carry the flag's version, and tell a percentage split (`SPLIT`)
   * and a flag without targeting (`STATIC`) from other default rules. Default: none is known.
   */
  flag?(key: string): Flag | undefined;
  /** Calls with the keys whose answers may have changed. Returns the way out. */
  onChange(listener: (flagKeys: readonly string[]) => void): () => void;
  /** Calls when the status changes, and at once unless it is ready. Returns the way out. Default: always ready. */
  onStatus?(listener: (status: SourceStatus) => void): () => void;
}

/** Flags that can be replaced while they are in use. What is given is copied: change it, and give it again. */
export interface ReplaceableFlags extends EvaluatorSource {
  /**
   * Puts a whole set in place of the last. Returns the keys whose answers may have changed, which listeners are told too;
   * nobody is told when nothing changed. Throws a TypeError, and the last set stays, for what is no set of flags.
   */
  replace(set: FlagSet): readonly string[];
  /** Replaces some flags and segments, or with `null` removes them; the others stay. Otherwise like `replace`. */
  change(change: FlagSetChange): readonly string[];
  /** Tells listeners whether the flags are level with where they come from. At first they are: `ready`. */
  setStatus(status: SourceStatus): void;
}

/** Flags that never change. Throws a TypeError for what is no set of flags. */
export function fixedFlags(set: FlagSet): EvaluatorSource {
  return replaceableFlags(set);
}

/** Throws a TypeError for what is no set of flags. */
export function replaceableFlags(first: FlagSet): ReplaceableFlags {
  let flags = new Map<string, Flag>();
  let segments = new Map<string, Segment>();
  let evaluator = createEvaluator({ flags: {}, segments: {} });
  let status: SourceStatus = { state: 'ready' };
  const changeListeners = new Set<(flagKeys: readonly string[]) => void>();
  const statusListeners = new Set<(status: SourceStatus) => void>();

  const put = (given: FlagSetChange): readonly string[] => {
    const changedFlags = differing(flags, given.flags ?? {});
    const changedSegments = differing(segments, given.segments ?? {});
    const changes: readonly ChangedItem[] = [
      ...changedFlags.map(([key]) => ({ kind: 'flag', key }) as const),
      ...changedSegments.map(([key]) => ({ kind: 'segment', key }) as const),
    ];
    if (changes.length === 0) return [];
    evaluator = evaluator.with({
      flags: Object.fromEntries(changedFlags),
      segments: Object.fromEntries(changedSegments),
    });
    flags = merged(flags, changedFlags);
    segments = merged(segments, changedSegments);
    const reached = affectedFlags([...flags].map(outline), changes);
    tell(changeListeners, reached);
    return reached;
  };

  const change = (given: FlagSetChange): readonly string[] => put(copied(given));
  const replace = (set: FlagSet): readonly string[] => {
    const given = copied(set);
    return put({
      flags: { ...removalOf(flags), ...given.flags },
      segments: { ...removalOf(segments), ...given.segments },
    });
  };
  replace(first);

  return {
    current: () => evaluator,
    flag: (key) => flags.get(key),
    onChange: (listener) => joined(changeListeners, listener),
    onStatus(listener) {
      if (status.state !== 'ready') listener(status);
      return joined(statusListeners, listener);
    },
    replace,
    change,
    setStatus(next) {
      if (isDeepStrictEqual(next, status)) return;
      status = { ...next };
      tell(statusListeners, status);
    },
  };
}

/** One that throws keeps the news from nobody: it becomes a warning of the process. */
function tell<News>(listeners: ReadonlySet<(news: News) => void>, news: News): void {
  for (const listener of listeners) {
    try {
      listener(news);
    } catch (error) {
      process.emitWarning(toError(error));
    }
  }
}

/** A copy: what the caller changes in place later could not be told from what is in service. */
function copied<T extends FlagSetChange>(given: T): T {
  if (!isRecord(given)) throw new TypeError(`expected {flags, segments}, got ${show(given)}`);
  for (const name of ['flags', 'segments'] as const) {
    const items: unknown = given[name];
    if (items !== undefined && !isRecord(items)) {
      throw new TypeError(`expected ${name} to be an object by key, got ${show(items)}`);
    }
  }
  return structuredClone(given);
}

function differing<Item>(
  before: ReadonlyMap<string, Item>,
  given: { readonly [key: string]: Item | null },
): readonly (readonly [string, Item | null])[] {
  return Object.entries(given).filter(([key, item]) => !isDeepStrictEqual(item, before.get(key) ?? null));
}

function merged<Item>(
  before: ReadonlyMap<string, Item>,
  changed: readonly (readonly [string, Item | null])[],
): Map<string, Item> {
  const after = new Map(before);
  for (const [key, item] of changed) {
    if (item === null) after.delete(key);
    else after.set(key, item);
  }
  return after;
}

const removalOf = (items: ReadonlyMap<string, unknown>): { readonly [key: string]: null } =>
  Object.fromEntries([...items.keys()].map((key) => [key, null]));

/** What a definition requires; it may be anything that JSON can hold, and then it requires nothing. */
function outline([key, flag]: readonly [string, Flag]): Pick<Flag, 'key' | 'prerequisites'> {
  const given: unknown = flag;
  const prerequisites = itemsOf(isRecord(given) ? given['prerequisites'] : []);
  return { key, prerequisites: prerequisites.filter(isPrerequisite) };
}

function isPrerequisite(value: unknown): value is { readonly key: string; readonly variation: number } {
  return isRecord(value) && typeof value.key === 'string';
}

function joined<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
