import type { Flag } from './model.ts';

/** A flag or a segment that was put or deleted. */
export interface ChangedItem {
  readonly kind: 'flag' | 'segment';
  readonly key: string;
}

/**
 * The keys of the flags whose answers may differ after some changes: those that changed, and those that have them
 * for a prerequisite, at any distance. A changed segment may reach any flag, through other segments too, so all
 * keys are named then.
 */
export function affectedFlags(
  flags: Iterable<Pick<Flag, 'key' | 'prerequisites'>>,
  changes: readonly ChangedItem[],
): readonly string[] {
  const all = [...flags];
  const changed = changes.filter(({ kind }) => kind === 'flag').map(({ key }) => key);
  if (changes.some(({ kind }) => kind === 'segment')) {
    return [...new Set([...changed, ...all.map(({ key }) => key)])];
  }
  const dependents = new Map<string, string[]>();
  for (const flag of all) {
    for (const prerequisite of flag.prerequisites ?? []) {
      dependents.set(prerequisite.key, [...(dependents.get(prerequisite.key) ?? []), flag.key]);
    }
  }
  // A set visits what is added to it while it is walked, and each key once: cycles end.
  const affected = new Set(changed);
  for (const key of affected) for (const dependent of dependents.get(key) ?? []) affected.add(dependent);
  return [...affected];
}
