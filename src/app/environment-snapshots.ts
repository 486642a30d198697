import { FlagDependents } from '../evaluation/affected-flags.ts';
import type { FlagSnapshots } from '../flags/local-flag-client.ts';
import type { EnvironmentRef, FeedEvent, Snapshot, Store } from '../store/store.ts';

/** The store's snapshots of one environment, in the form that the local flag client takes. */
export function environmentSnapshots(
  store: Pick<Store, 'snapshot' | 'subscribe'>,
  wanted: EnvironmentRef,
): FlagSnapshots {
  const snapshot = (): Snapshot => {
    const current = store.snapshot(wanted);
    if (current === undefined)
      throw new Error(`there is no environment ${wanted.project}/${wanted.environment}`);
    return current;
  };
  return {
    current: () => {
      const { evaluator, flags } = snapshot();
      return { evaluator, flagKeys: () => [...flags.keys()] };
    },
    onChange: (listener) => {
      const affected = affectedByEvents(snapshot());
      return store.subscribe((event) => {
        const { project, environment } = event.environment;
        if (project === wanted.project && environment === wanted.environment) listener(affected(event));
      });
    },
  };
}

/** The flags whose answers an event may change. It must be given every event after the snapshot, in order. */
function affectedByEvents({ flags }: Snapshot): (event: FeedEvent) => readonly string[] {
  const dependents = new FlagDependents();
  for (const { definition } of flags.values()) dependents.add(definition);
  return ({ previous, snapshot, changes }) => {
    const changed = changes.filter(({ kind }) => kind === 'flag').map(({ key }) => key);
    for (const key of new Set(changed)) {
      const before = previous.flags.get(key);
      const after = snapshot.flags.get(key);
      if (before !== undefined) dependents.remove(before.definition);
      if (after !== undefined) dependents.add(after.definition);
    }
    // A changed segment may reach any flag, through other segments too.
    const isAll = changes.some(({ kind }) => kind === 'segment');
    return dependents.reachedFrom(isAll ? [...changed, ...snapshot.flags.keys()] : changed);
  };
}
