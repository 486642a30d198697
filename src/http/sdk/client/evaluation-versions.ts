import type { Clause, Flag, Segment } from '../../../evaluation/model.ts';
import type { ItemChange, Snapshot } from '../../../store/store.ts';

/**
 * For each flag the environment's sequence at which its evaluations can have changed last: by itself, by a prerequisite, or by
 * a segment, at any distance. Clients drop what is not newer than what they have, and a flag's own version says nothing of
 * its segments; the environment's sequence alone would make every flag look new after every change.
 *
 * `changes` holds each item's last change, tombstones included.
 */
export function evaluationVersions(
  { flags, segments, sequence }: Snapshot,
  changes: readonly ItemChange[],
): ReadonlyMap<string, number> {
  const changedAt = new Map(changes.map((change) => [idOf(change.kind, change.key), change.sequence]));

  function needs(id: ItemId): readonly ItemId[] {
    const key = id.slice(id.indexOf('/') + 1);
    if (id.startsWith('segment/')) return segmentsIn(segments.get(key)?.definition);
    const flag = flags.get(key)?.definition;
    const prerequisites = (flag?.prerequisites ?? []).map((prerequisite) => idOf('flag', prerequisite.key));
    return [...prerequisites, ...segmentsIn(flag)];
  }

  function versionOf(key: string): number {
    // A set visits what is added to it while it is walked, and each item once: cycles end.
    const reached = new Set([idOf('flag', key)]);
    let version = 0;
    for (const id of reached) {
      version = Math.max(version, changedAt.get(id) ?? 0);
      for (const needed of needs(id)) reached.add(needed);
    }
    // The store may be a step ahead of this snapshot.
    return Math.min(version, sequence);
  }

  return new Map([...flags.keys()].map((key) => [key, versionOf(key)]));
}

type ItemId = `${'flag' | 'segment'}/${string}`;

const idOf = (kind: 'flag' | 'segment', key: string): ItemId => `${kind}/${key}`;

function segmentsIn(definition: Flag | Segment | undefined): readonly ItemId[] {
  const clauses = (definition?.rules ?? []).flatMap((rule): readonly Clause[] => rule.clauses);
  return clauses
    .filter(({ op }) => op === 'segmentMatch')
    .flatMap(({ values }) =>
      values.flatMap((value) => (typeof value === 'string' ? [idOf('segment', value)] : [])),
    );
}
