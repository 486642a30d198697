import { primitiveText, type JsonRecord } from '../json.ts';

/** Finds a definition by key; tombstones, and what is no object, are not there. */
export type FindDefinition = (key: unknown) => JsonRecord | undefined;

/** The keys of the definitions that one definition refers to. */
export type References = (item: JsonRecord) => readonly unknown[];

/** The keys from the linted definition on, up to and with the first that is searched for; `undefined` when none leads there. */
export type FindPath = (start: unknown) => readonly string[] | undefined;

/**
 * Searches in depth for what references lead to, each definition once. Nothing here recurses, so that cycles and long
 * chains are safe.
 * @param isGoal whether this key ends the search; it also gets the keys on the way to it
 * @param ownKey of the linted definition, with which every path begins; `undefined`: with its reference
 */
export function pathFinder(
  find: FindDefinition,
  references: References,
  isGoal: (key: string, way: ReadonlySet<string>) => boolean,
  ownKey?: string,
): FindPath {
  const found = new Map<unknown, readonly string[]>();
  const leadingNowhere = new Set<string>();
  /** Of the keys from which a goal was found the next one on the way to it. */
  const next = new Map<string, string>();
  const wholePath = (way: Set<string>, reached: string): readonly string[] => {
    const path = [...way];
    path.forEach((key, index) => next.set(key, path[index + 1] ?? reached));
    let key: string | undefined = reached;
    while (key !== undefined) {
      path.push(key);
      const isEnd = isGoal(key, way);
      way.add(key);
      key = isEnd ? undefined : next.get(key);
    }
    return path;
  };
  const search: FindPath = (start) => {
    const way = new Set(ownKey === undefined ? [] : [ownKey]);
    const open = [{ key: ownKey, references: keysOf([start]).values() }];
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const { value: key, done } = last.references.next();
      if (done === true) {
        open.pop();
        way.delete(last.key ?? '');
        leadingNowhere.add(last.key ?? '');
      } else if (isGoal(key, way) || next.has(key)) {
        return wholePath(way, key);
      } else if (!leadingNowhere.has(key) && !way.has(key)) {
        way.add(key);
        open.push({ key, references: keysOf(references(find(key) ?? {})).values() });
      }
    }
    return undefined;
  };
  return (start) => {
    const path = found.get(start) ?? search(start);
    if (path !== undefined) {
      found.set(start, path);
    }
    return path;
  };
}

const keysOf = (values: readonly unknown[]): readonly string[] =>
  values.map(primitiveText).filter((key) => key !== undefined);
