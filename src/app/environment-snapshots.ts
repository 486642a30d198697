import { affectedFlags } from '../evaluation/affected-flags.ts';
import type { FlagSnapshots } from '../flags/local-flag-client.ts';
import type { EnvironmentRef, Snapshot, Store } from '../store/store.ts';

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
    onChange: (listener) =>
      store.subscribe(({ environment, snapshot: { flags }, changes }) => {
        if (environment.project !== wanted.project || environment.environment !== wanted.environment) return;
        const definitions = flags.values().map(({ definition }) => definition);
        listener(affectedFlags(definitions, changes));
      }),
  };
}
