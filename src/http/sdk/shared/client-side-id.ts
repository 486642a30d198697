import type { Keys } from '../../../access/keys.ts';
import type { EnvironmentRef, Store } from '../../../store/store.ts';

/** The environment that one of these words is a live client-side ID of, from memory. */
export function environmentOfClientSideId(
  { store, keys }: { readonly store: Pick<Store, 'projects'>; readonly keys: Pick<Keys, 'clientSideIds'> },
  words: ReadonlySet<string>,
): EnvironmentRef | undefined {
  for (const { key: project, environments } of store.projects()) {
    for (const { key } of environments) {
      const environment = { project, environment: key };
      if (keys.clientSideIds(environment).some((id) => words.has(id))) return environment;
    }
  }
  return undefined;
}
