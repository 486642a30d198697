import { isRecord, itemsOf, primitiveText, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import { recordsIn } from './fields.ts';
import type { Place } from './finding.ts';
import { lintVariation } from './serve.ts';

const LONGEST_ROUTE = 12;

/** `a → b → a`; of a long way only its ends. */
export function routeText(keys: readonly string[]): string {
  const shown =
    keys.length > LONGEST_ROUTE
      ? [...keys.slice(0, LONGEST_ROUTE / 2), '…', ...keys.slice(-LONGEST_ROUTE / 2)]
      : keys;
  return shown.join(' → ');
}

/** Finds a definition by key; tombstones, and what is no object, are not there. */
export type Lookup = (key: unknown) => JsonRecord | undefined;

/** Looks among the others, with the definition that is looked at in its namesake's place. */
export function lookupIn(others: JsonRecord, own?: JsonRecord): Lookup {
  const ownKey = own === undefined ? undefined : primitiveText(own.key);
  return (key) => {
    const name = primitiveText(key);
    const other = name !== undefined && Object.hasOwn(others, name) ? others[name] : undefined;
    const item = name !== undefined && name === ownKey ? own : other;
    return isRecord(item) && !item.deleted ? item : undefined;
  };
}

/** The keys by which one item asks others. */
type References = (item: JsonRecord) => readonly unknown[];

export const prerequisitesOf: References = (flag) =>
  itemsOf(flag.prerequisites)
    .filter(isRecord)
    .map(({ key }) => key);

export const segmentsOf: References = (segment) =>
  itemsOf(segment.rules)
    .filter(isRecord)
    .flatMap((rule) => itemsOf(rule.clauses))
    .filter(isRecord)
    .filter((clause) => clause.op === 'segmentMatch')
    .flatMap((clause) => itemsOf(clause.values));

/**
 * Finds ways back to one key. What one search learns the next ones use, and none recurses, so that neither long chains
 * nor many references make it slow.
 */
export class WaysBack {
  readonly #key: string;
  readonly #lookup: Lookup;
  readonly #references: References;
  readonly #looked = new Set<string>();
  /** The next step towards the key, of those from which a way is known. */
  readonly #next = new Map<string, string>();

  constructor(key: string, lookup: Lookup, references: References) {
    this.#key = key;
    this.#lookup = lookup;
    this.#references = references;
  }

  /** The keys on a way from this one to the key, both included; `undefined` when there is none. */
  from(start: unknown): readonly string[] | undefined {
    const name = primitiveText(start);
    if (name === undefined) {
      return undefined;
    }
    const cameFrom = new Map<string, string>();
    const open = [name];
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
      if (current === this.#key || this.#next.has(current)) {
        this.#remember(current, cameFrom);
        return this.#way(name);
      }
      if (!this.#looked.has(current)) {
        this.#looked.add(current);
        open.push(...this.#unknownFrom(current, cameFrom));
      }
    }
    return undefined;
  }

  #unknownFrom(current: string, cameFrom: Map<string, string>): readonly string[] {
    const item = this.#lookup(current);
    const references = item === undefined ? [] : this.#references(item);
    const names = references.map(primitiveText).filter((name) => name !== undefined);
    const fresh = names.filter((name) => !this.#looked.has(name) || this.#next.has(name));
    fresh.forEach((name) => cameFrom.set(name, current));
    return fresh;
  }

  #remember(end: string, cameFrom: ReadonlyMap<string, string>): void {
    let next = end;
    for (let name = cameFrom.get(end); name !== undefined; name = cameFrom.get(name)) {
      this.#next.set(name, next);
      next = name;
    }
  }

  #way(start: string): readonly string[] {
    const way = [start];
    for (let name = this.#next.get(start); name !== undefined; name = this.#next.get(name)) {
      way.push(name);
    }
    return way;
  }
}

export function lintPrerequisites(flag: JsonRecord, flags: Lookup, place: Place): void {
  const key = primitiveText(flag.key) ?? '';
  const ways = new WaysBack(key, flags, prerequisitesOf);
  for (const [prerequisite, where] of recordsIn(flag.prerequisites, place)) {
    const way = ways.from(prerequisite.key);
    if (way !== undefined) {
      where.error('cycle', `the flag requires itself: ${routeText([key, ...way])}`);
      continue;
    }
    const required = flags(prerequisite.key);
    if (required === undefined) {
      where.at('key').error('unknown_prerequisite', `there is no flag ${show(prerequisite.key)}`);
    } else {
      lintVariation(prerequisite.variation, itemsOf(required.variations).length, where.at('variation'));
    }
  }
}
