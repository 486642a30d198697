import { createHash } from 'node:crypto';
import type { EnvironmentRef, Store } from '../../../store/store.ts';

/**
 * Names an environment's payload in this very store. Sequences are only comparable within one store, and a store in
 * memory starts again with each process: the first entry of its audit log, which holds its time, tells stores apart.
 */
export interface PayloadIds {
  of(environment: EnvironmentRef): Promise<string>;
  /** The same without waiting, once `of` has resolved for any environment. */
  known(environment: EnvironmentRef): string;
}

export function createPayloadIds(store: Pick<Store, 'audit'>): PayloadIds {
  /** Undefined until there is an entry; a store without any has nothing that could be mistaken. */
  let root: string | undefined;

  function known({ project, environment }: EnvironmentRef): string {
    const name = JSON.stringify([root ?? '', project, environment]);
    return createHash('sha256').update(name).digest('hex').slice(0, 24);
  }

  return {
    async of(environment) {
      root ??= (await store.audit({ before: 2, limit: 1 }))[0]?.hash;
      return known(environment);
    },
    known,
  };
}
