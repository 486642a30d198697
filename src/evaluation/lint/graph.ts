import { primitiveText, type JsonRecord } from '../json.ts';

/** Finds a definition by key; tombstones, and what is no object, are not there. */
export type FindDefinition = (key: unknown) => JsonRecord | undefined;

/** The keys by which one definition asks others. */
export type References = (item: JsonRecord) => readonly unknown[];

/** All that can be come to, each with the keys that it asks; no loop here recurses, whatever refers to what. */
export type Graph = ReadonlyMap<string, readonly string[]>;

export function graphFrom(starts: readonly unknown[], find: FindDefinition, references: References): Graph {
  const graph = new Map<string, readonly string[]>();
  const open = keysOf(starts);
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (!graph.has(key)) {
      const item = find(key);
      const asked = item === undefined ? [] : keysOf(references(item));
      graph.set(key, asked);
      asked.forEach((next) => open.push(next));
    }
  }
  return graph;
}

const keysOf = (values: readonly unknown[]): string[] =>
  values.map(primitiveText).filter((key) => key !== undefined);

function askedBy(graph: Graph): ReadonlyMap<string, readonly string[]> {
  const inverse = new Map<string, string[]>();
  for (const [key, asked] of graph) {
    for (const other of asked) {
      const known = inverse.get(other);
      if (known === undefined) {
        inverse.set(other, [key]);
      } else {
        known.push(key);
      }
    }
  }
  return inverse;
}

/** Whoever leads into a cycle: what is left when those that ask nobody are taken away, again and again. */
export function leadingRound(graph: Graph): ReadonlySet<string> {
  const askers = askedBy(graph);
  const left = new Map([...graph].map(([key, asked]) => [key, asked.length]));
  const open = [...left].filter(([, count]) => count === 0).map(([key]) => key);
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    left.delete(key);
    for (const asker of askers.get(key) ?? []) {
      const count = (left.get(asker) ?? 0) - 1;
      left.set(asker, count);
      if (count === 0) {
        open.push(asker);
      }
    }
  }
  return new Set(left.keys());
}

/** Whoever leads to one of the goals, each with the next step there; a goal leads to itself. */
export function leadingTo(graph: Graph, isGoal: (key: string) => boolean): ReadonlyMap<string, string> {
  const askers = askedBy(graph);
  const next = new Map([...graph.keys()].filter(isGoal).map((key) => [key, key]));
  // A map tells what is added to it while it is walked through.
  for (const key of next.keys()) {
    for (const asker of askers.get(key) ?? []) {
      if (!next.has(asker)) {
        next.set(asker, key);
      }
    }
  }
  return next;
}

/** The keys from one on, up to the first that comes again; that one closes the way. */
export function wayFrom(start: string, next: (key: string) => string | undefined): readonly string[] {
  const way = new Set<string>();
  let key: string | undefined = start;
  while (key !== undefined && !way.has(key)) {
    way.add(key);
    key = next(key);
  }
  return key === undefined ? [...way] : [...way, key];
}
