import { isDeepStrictEqual } from 'node:util';
import { affectedFlags, type ChangedItem } from '../../evaluation/affected-flags.ts';
import { createEvaluator } from '../../evaluation/create-evaluator.ts';
import type { Evaluator, FlagSet, FlagSetChange } from '../../evaluation/evaluator.ts';
import { isRecord, itemsOf } from '../../evaluation/json.ts';
import type { Flag, Segment } from '../../evaluation/model.ts';
import { show } from '../../evaluation/show.ts';
import { createEmitter } from '../../shared/emitter.ts';
import { toError } from '../../shared/to-error.ts';

/** Whether the flags are up to date with their source. They are evaluated in every state. */
export type SourceStatus =
  | { readonly state: 'ready' }
  /** The flags may be out of date; `message` says why. */
  | { readonly state: 'stale'; readonly message: string }
  | { readonly state: 'error'; readonly message: string };

/** A source of flags: the newest compiled set, and news when there is a newer one. */
export interface EvaluatorSource {
  current(): Evaluator;
  /**
   * A definition of `current()`: with it, details have the flag's version, and distinguish a percentage split (`SPLIT`)
   * and a flag without targeting (`STATIC`) from other default rules. Default: unknown.
   */
  flag?(key: string): Flag | undefined;
  /** Calls the listener with the keys of flags that may evaluate differently now. Returns a function that unsubscribes. */
  onChange(listener: (flagKeys: readonly string[]) => void): () => void;
  /**
   * Calls the listener when the status changes, and at once unless it is ready. Returns a function that unsubscribes.
   * Default: always ready.
   */
  onStatus?(listener: (status: SourceStatus) => void): () => void;
}

/** Flags that can be replaced while they are in use. Sets are copied: changing one later has no effect. */
export interface ReplaceableFlags extends EvaluatorSource {
  /**
   * Replaces the whole set. Returns the keys of flags that may evaluate differently now, as for listeners, which are
   * not called when nothing changed.
   * @throws TypeError for what is not a set of flags; the last set stays
   */
  replace(set: FlagSet): readonly string[];
  /** Replaces some flags and segments, or removes them (`null`); the others stay. Otherwise like `replace`. */
  change(change: FlagSetChange): readonly string[];
  /** Tells listeners whether the flags are up to date. Initially `ready`. */
  setStatus(status: SourceStatus): void;
}

/**
 * Flags that never change.
 *
 * @throws TypeError for what is not a set of flags
 * @example
 * fixedFlags({ flags: {}, segments: {} }).current().has('chat'); // → false
 */
export function fixedFlags(set: FlagSet): EvaluatorSource {
  return replaceableFlags(set);
}

/**
 * Flags that the program replaces.
 *
 * @throws TypeError for what is not a set of flags
 * @example
 * const flags = replaceableFlags({ flags: {}, segments: {} });
 * flags.change({ flags: { chat: { key: 'chat', version: 1, on: false, variations: [], fallthrough: {} } } }); // → ['chat']
 */
export function replaceableFlags(first: FlagSet): ReplaceableFlags {
  let flags = new Map<string, Flag>();
  let segments = new Map<string, Segment>();
  let evaluator = createEvaluator({ flags: {}, segments: {} });
  let status: SourceStatus = { state: 'ready' };
  const changes = createEmitter<readonly string[]>(warn);
  const statuses = createEmitter<SourceStatus>(warn);

  const put = (given: FlagSetChange): readonly string[] => {
    const changedFlags = differing(flags, given.flags ?? {});
    const changedSegments = differing(segments, given.segments ?? {});
    const items: readonly ChangedItem[] = [
      ...changedFlags.map(([key]) => ({ kind: 'flag', key }) as const),
      ...changedSegments.map(([key]) => ({ kind: 'segment', key }) as const),
    ];
    if (items.length === 0) return [];
    evaluator = evaluator.with({
      flags: Object.fromEntries(changedFlags),
      segments: Object.fromEntries(changedSegments),
    });
    flags = merged(flags, changedFlags);
    segments = merged(segments, changedSegments);
    const reached = affectedFlags([...flags].map(outline), items);
    changes.emit(reached);
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
    onChange: changes.subscribe,
    onStatus(listener) {
      if (status.state !== 'ready') listener(status);
      return statuses.subscribe(listener);
    },
    replace,
    change,
    setStatus(next) {
      if (isDeepStrictEqual(next, status)) return;
      status = { ...next };
      statuses.emit(status);
    },
  };
}

/** Of a listener that throws. */
function warn(error: unknown): void {
  process.emitWarning(toError(error));
}

/** A copy: a change in place could not be noticed later. */
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
