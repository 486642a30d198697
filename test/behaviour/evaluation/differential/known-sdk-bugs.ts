import type { World } from './worlds.ts';

/** An item of JSON data, read field by field. */
type Item = Readonly<Record<string, unknown>>;

/**
 * A bug of the SDK. `repairs` gives worlds that say the same, but from which the bug's cause is gone. A disagreement
 * is the bug's only if our answer is the same in the repaired world, and the SDK's is then ours.
 */
export interface KnownBug {
  readonly name: string;
  readonly repairs: (world: World, flagKey: string) => readonly World[];
}

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const itemsIn = (value: unknown): readonly Item[] => (Array.isArray(value) ? value.filter(isItem) : []);
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

type Replace = (item: Item) => Item;

/** Replaces objects anywhere inside, the inner ones first. */
function everywhere(value: unknown, replace: Replace): unknown {
  if (Array.isArray(value)) {
    return value.map((inner) => everywhere(inner, replace));
  }
  if (!isItem(value)) {
    return value;
  }
  return replace(
    Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, everywhere(inner, replace)])),
  );
}

const inDefinitions = ({ flags, segments, contexts }: World, replace: Replace): World => ({
  ...(everywhere({ flags, segments }, replace) as Pick<World, 'flags' | 'segments'>),
  contexts,
});

const changed = (before: World, after: World): readonly World[] =>
  JSON.stringify(before) === JSON.stringify(after) ? [] : [after];

/** The flags that evaluating one can come to: itself and its prerequisites, all the way down. */
function flagsBelow({ flags }: World, flagKey: string): ReadonlySet<string> {
  const found = new Set([flagKey]);
  for (const key of found) {
    itemsIn(flags[key]?.['prerequisites']).forEach((prerequisite) => found.add(String(prerequisite['key'])));
  }
  return found;
}

/** Every way to cut one list in a definition short, keeping at least one element and dropping at least one. */
function cuts(
  world: World,
  kind: 'flags' | 'segments',
  key: string,
  path: readonly (string | number)[],
): readonly World[] {
  const list = listIn(
    path.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], world[kind][key]),
  );
  return list.slice(1).map((_, index) => {
    const copy = structuredClone(world);
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], copy[kind][key]);
    (parent as Record<string, unknown>)[path.at(-1) ?? ''] = list.slice(0, index + 1);
    return copy;
  });
}

const asksSegments = ({ op }: Item): boolean => op === 'segmentMatch';

const isRequiredByItself = (world: World, key: string): boolean =>
  itemsIn(world.flags[key]?.['prerequisites']).some((prerequisite) =>
    flagsBelow(world, String(prerequisite['key'])).has(key),
  );

/** Is there a cycle among the flags that evaluating this one can come to? */
export const requiresItself = (world: World, flagKey: string): boolean =>
  [...flagsBelow(world, flagKey)].some((key) => isRequiredByItself(world, key));

/** The segments that evaluating a flag can come to. */
function segmentsBelow(world: World, flagKey: string): readonly string[] {
  const found = new Set([...flagsBelow(world, flagKey)].flatMap((key) => askedBy(world.flags[key])));
  found.forEach((key) => askedBy(world.segments[key]).forEach((next) => found.add(next)));
  return [...found];
}

/** Segments that the rules of a flag or segment ask. */
const askedBy = (segment: Item | undefined): readonly string[] =>
  itemsIn(segment?.['rules'])
    .flatMap((rule) => itemsIn(rule['clauses']))
    .filter(asksSegments)
    .flatMap(({ values }) => listIn(values).map(String));

/**
 * The SDK forgets the way it came at a big segment, so that a cycle through one never ends and takes the process with
 * it. Such a world cannot be shown to it at all.
 */
export function hangsTheSdk({ segments }: World): boolean {
  return Object.keys(segments).some((key) => {
    const reached = new Set(askedBy(segments[key]));
    reached.forEach((other) => askedBy(segments[other]).forEach((next) => reached.add(next)));
    return segments[key]?.['unbounded'] && reached.has(key);
  });
}

export const KNOWN_BUGS: readonly KnownBug[] = [
  {
    name: 'an error in a clause is forgotten when another clause of the rule follows',
    repairs: (world, flagKey) => [
      ...[...flagsBelow(world, flagKey)].flatMap((key) =>
        itemsIn(world.flags[key]?.['rules']).flatMap((_, rule) =>
          cuts(world, 'flags', key, ['rules', rule, 'clauses']),
        ),
      ),
      ...segmentsBelow(world, flagKey).flatMap((key) =>
        itemsIn(world.segments[key]?.['rules']).flatMap((_, rule) =>
          cuts(world, 'segments', key, ['rules', rule, 'clauses']),
        ),
      ),
    ],
  },
  {
    name: 'a cycle of prerequisites is forgotten when a later prerequisite of the flag fails',
    repairs: (world, flagKey) =>
      [...flagsBelow(world, flagKey)]
        .filter((key) => isRequiredByItself(world, key))
        .flatMap((key) => cuts(world, 'flags', key, ['prerequisites'])),
  },
  {
    name: 'an operator named like a member of Object.prototype matches',
    repairs: (world) =>
      changed(
        world,
        inDefinitions(world, (item) =>
          typeof item['op'] === 'string' && item['op'] in {} ? { ...item, op: 'nope' } : item,
        ),
      ),
  },
  {
    name: 'an index between two variations serves undefined',
    repairs: (world) =>
      changed(
        world,
        inDefinitions(world, (item) => (item['variation'] === 1.5 ? { ...item, variation: 99 } : item)),
      ),
  },
  {
    name: 'a step of a path is not unescaped when it starts with "~"',
    repairs: (world) => {
      const text = JSON.stringify(world);
      const renamed = text
        .replaceAll('"/~1slash"', '"/unslashed"')
        .replaceAll('"/slash":', '"unslashed":')
        .replaceAll('"/address/~01"', '"/address/tilde"')
        .replaceAll('"~1":', '"tilde":');
      return changed(world, JSON.parse(renamed) as World);
    },
  },
];
