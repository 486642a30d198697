import type { Flag } from './model.ts';

/** A flag or a segment that was put or deleted. */
export interface ChangedItem {
  readonly kind: 'flag' | 'segment';
  readonly key: string;
}

type FlagOutline = Pick<Flag, 'key' | 'prerequisites'>;

/** Which flags have which others for a prerequisite. Kept level flag by flag, so that a change costs what it touches. */
export class FlagDependents {
  readonly #dependents = new Map<string, Set<string>>();

  add({ key, prerequisites = [] }: FlagOutline): void {
    for (const prerequisite of prerequisites) {
      const known = this.#dependents.get(prerequisite.key);
      if (known === undefined) this.#dependents.set(prerequisite.key, new Set([key]));
      else known.add(key);
    }
  }

  remove({ key, prerequisites = [] }: FlagOutline): void {
    for (const prerequisite of prerequisites) this.#dependents.get(prerequisite.key)?.delete(key);
  }

  /** Some flags, and those that have them for a prerequisite, at any distance. */
  reachedFrom(keys: Iterable<string>): readonly string[] {
    // A set visits what is added to it while it is walked, and each key once: cycles end.
    const reached = new Set(keys);
    for (const key of reached) {
      for (const dependent of this.#dependents.get(key) ?? []) reached.add(dependent);
    }
    return [...reached];
  }
}

/**
 * The keys of the flags whose answers may differ after some changes: those that changed, and those that have them
 * for a prerequisite, at any distance. A changed segment may reach any flag, through other segments too, so all
 * keys are named then.
 */
export function affectedFlags(
  flags: Iterable<FlagOutline>,
  changes: readonly ChangedItem[],
): readonly string[] {
  const changed = changes.filter(({ kind }) => kind === 'flag').map(({ key }) => key);
  if (changes.some(({ kind }) => kind === 'segment')) {
    return [...new Set([...changed, ...[...flags].map(({ key }) => key)])];
  }
  const dependents = new FlagDependents();
  for (const flag of flags) dependents.add(flag);
  return dependents.reachedFrom(changed);
}
