import type { EnvironmentRef, Snapshot, Store } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';

/**
 * The snapshot of an environment whose key was accepted.
 *
 * @throws {Problem} 503 while it is not there yet: any 4xx but 400, 408 and 429 would stop an SDK for good.
 */
export function loadedSnapshot(store: Store, environment: EnvironmentRef): Snapshot {
  const snapshot = store.snapshot(environment);
  if (snapshot !== undefined) return snapshot;
  throw new Problem(503, 'store_unavailable', 'The flags of this environment are not loaded yet.', {
    headers: { 'retry-after': '1' },
  });
}
