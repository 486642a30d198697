/** Larger patches are folded into a new base. Both a change and a share of the folding then cost about √n. */
const MIN_PATCH = 16;

const DELETED = Symbol('deleted');

/**
 * A read-only map of which a changed copy costs what changed and not what is there: copies share a large base, and each
 * has its own small patch of what differs from it.
 *
 * @example
 * const before = PatchedMap.from([['a', 1], ['b', 2]]);
 * const after = before.with([['b', 3], ['a', undefined]]);
 * [...after]; // → [['b', 3]]
 * before.get('b'); // → 2
 */
export class PatchedMap<K, V extends object> implements ReadonlyMap<K, V> {
  readonly size: number;
  readonly #base: ReadonlyMap<K, V>;
  /** Absent when nothing differs, so that most lookups are one. */
  readonly #patch: ReadonlyMap<K, V | typeof DELETED> | undefined;

  private constructor(
    base: ReadonlyMap<K, V>,
    patch: ReadonlyMap<K, V | typeof DELETED> | undefined,
    size: number,
  ) {
    this.#base = base;
    this.#patch = patch;
    this.size = size;
  }

  static from<K, V extends object>(entries: Iterable<readonly [K, V]> = []): PatchedMap<K, V> {
    const base = new Map(entries);
    return new PatchedMap(base, undefined, base.size);
  }

  /** The map after some changes; `undefined` deletes. */
  with(changes: Iterable<readonly [K, V | undefined]>): PatchedMap<K, V> {
    const patch = new Map(this.#patch);
    let { size } = this;
    for (const [key, value] of changes) {
      const before = patch.get(key) ?? this.#base.get(key) ?? DELETED;
      if (before !== DELETED) size -= 1;
      if (value !== undefined) size += 1;
      patch.set(key, value ?? DELETED);
    }
    return patch.size > MIN_PATCH + Math.sqrt(this.#base.size)
      ? new PatchedMap(folded(this.#base, patch), undefined, size)
      : new PatchedMap(this.#base, patch, size);
  }

  get(key: K): V | undefined {
    const patched = this.#patch?.get(key);
    if (patched === undefined) return this.#base.get(key);
    return patched === DELETED ? undefined : patched;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  entries(): MapIterator<[K, V]> {
    return this.#patch === undefined ? this.#base.entries() : patchedEntries(this.#base, this.#patch);
  }

  keys(): MapIterator<K> {
    return this.#patch === undefined ? this.#base.keys() : mapped(this.entries(), ([key]) => key);
  }

  values(): MapIterator<V> {
    return this.#patch === undefined ? this.#base.values() : mapped(this.entries(), ([, value]) => value);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }
}

/** Copied whole and then changed: entry by entry every one of them would become an object first. */
function folded<K, V>(base: ReadonlyMap<K, V>, patch: ReadonlyMap<K, V | typeof DELETED>): Map<K, V> {
  const copy = new Map(base);
  for (const [key, value] of patch) {
    if (value === DELETED) copy.delete(key);
    else copy.set(key, value);
  }
  return copy;
}

function* patchedEntries<K, V extends object>(
  base: ReadonlyMap<K, V>,
  patch: ReadonlyMap<K, V | typeof DELETED>,
): Generator<[K, V], undefined> {
  for (const [key, value] of base) {
    const patched = patch.get(key) ?? value;
    if (patched !== DELETED) yield [key, patched];
  }
  for (const [key, value] of patch) {
    if (value !== DELETED && !base.has(key)) yield [key, value];
  }
}

function* mapped<From, To>(entries: Iterable<From>, to: (entry: From) => To): Generator<To, undefined> {
  for (const entry of entries) yield to(entry);
}
