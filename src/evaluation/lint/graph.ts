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

interface Node {
  readonly key: string;
  readonly asked: readonly string[];
  readonly askers: Node[];
  /** How many of those that it asks are left. */
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

/** Whoever leads into a cycle: what is left when those that ask nobody are taken away, again and again. */
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

/** Whoever leads to one of the goals, each with the next step there; a goal leads to itself. */
export function nextTowards(graph: Graph, isGoal: (key: string) => boolean): ReadonlyMap<string, string> {
  const goals = nodesOf(graph).filter(({ key }) => isGoal(key));
  const next = new Map(goals.map((node) => [node, node]));
  // A map tells what is added to it while it is walked through.
  for (const node of next.keys()) {
    for (const asker of node.askers) {
      if (!next.has(asker)) {
        next.set(asker, node);
      }
    }
  }
  return new Map([...next].map(([{ key }, step]) => [key, step.key]));
}

/** The keys from one on, up to the first that comes again; that one closes the way. */
export function pathFrom(start: string, next: (key: string) => string | undefined): readonly string[] {
  const way = new Set<string>();
  let key: string | undefined = start;
  while (key !== undefined && !way.has(key)) {
    way.add(key);
    key = next(key);
  }
  return key === undefined ? [...way] : [...way, key];
}
