import type { Clause, Flag, Segment } from '../../evaluation/model.ts';
import type { ItemKind, Snapshot } from '../store.ts';

/** The keys of the flags and segments of a snapshot that need this one; never the item itself. */
export function neededBy(snapshot: Snapshot, kind: ItemKind, key: string): readonly string[] {
  const flags = [...snapshot.flags.values()].filter(({ definition }) =>
    kind === 'flag' ? requiresFlag(definition, key) : asksSegment(clausesOf(definition), key),
  );
  const segments = [...snapshot.segments.values()].filter(
    ({ definition }) => kind === 'segment' && asksSegment(clausesOf(definition), key),
  );
  return [...flags, ...segments]
    .filter((record) => record.kind !== kind || record.key !== key)
    .map((record) => record.key);
}

const requiresFlag = (flag: Flag, key: string): boolean =>
  (flag.prerequisites ?? []).some((prerequisite) => prerequisite.key === key);

const clausesOf = (definition: Flag | Segment): readonly Clause[] =>
  (definition.rules ?? []).flatMap((rule) => rule.clauses);

const asksSegment = (clauses: readonly Clause[], key: string): boolean =>
  clauses.some((clause) => clause.op === 'segmentMatch' && clause.values.includes(key));
