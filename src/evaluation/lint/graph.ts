import { primitiveText, type JsonRecord } from '../json.ts';

/** Finds a definition by key; tombstones, and what is no object, are not there. */
export type FindDefinition = (key: unknown) => JsonRecord | undefined;

/** The keys of the definitions that one definition refers to. */
export type References = (item: JsonRecord) => readonly unknown[];

/** Every key that is reachable, with the keys that it refers to. Nothing here recurses, so that cycles and long chains are safe. */
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

interface Node {
  readonly key: string;
  readonly asked: readonly string[];
  readonly askers: Node[];
  /** How many of the keys that it refers to are left. */
  left: number;
}

function nodesOf(graph: Graph): readonly Node[] {
  const nodes = new Map<string, Node>();
  for (const [key, asked] of graph) {
    nodes.set(key, { key, asked, askers: [], left: asked.length });
  }
  for (const node of nodes.values()) {
    node.asked.forEach((key) => nodes.get(key)?.askers.push(node));
  }
  return [...nodes.values()];
}

/** The keys that lead into a cycle: what is left when keys that refer to nothing are removed, again and again. */
export function keysInCycles(graph: Graph): ReadonlySet<string> {
  const nodes = nodesOf(graph);
  const open = nodes.filter(({ left }) => left === 0);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const asker of node.askers) {
      asker.left -= 1;
      if (asker.left === 0) {
        open.push(asker);
      }
    }
  }
  return new Set(nodes.filter(({ left }) => left > 0).map(({ key }) => key));
}

/** The keys that lead to one of the goals, each with the next key on the path; a goal leads to itself. */
export function nextTowards(graph: Graph, isGoal: (key: string) => boolean): ReadonlyMap<string, string> {
  const goals = nodesOf(graph).filter(({ key }) => isGoal(key));
  const next = new Map(goals.map((node) => [node, node]));
  // A loop over a map also visits what is added meanwhile.
  for (const node of next.keys()) {
    for (const asker of node.askers) {
      if (!next.has(asker)) {
        next.set(asker, node);
      }
    }
  }
  return new Map([...next].map(([{ key }, step]) => [key, step.key]));
}

/** The keys from `start` on, up to and with the first that repeats. */
export function pathFrom(start: string, next: (key: string) => string | undefined): readonly string[] {
  const way = new Set<string>();
  let key: string | undefined = start;
  while (key !== undefined && !way.has(key)) {
    way.add(key);
    key = next(key);
  }
  return key === undefined ? [...way] : [...way, key];
}
