import { setTimeout as wait } from 'node:timers/promises';
import type { EnvironmentRef, Snapshot, Store } from '../../store/store.ts';

/** How long a request that knows of a newer configuration waits for this instance to have it. */
const PATIENCE_MS = 2_000;

const FORM = /^"([0-9a-f]+)-(\d{1,15})"$/;

/** Names a configuration: what the change stream tells, and what clients say back when they ask again because of it. */
export const configEtag = (payload: string, { sequence }: Snapshot): string => `"${payload}-${sequence}"`;

/**
 * Waits until this instance has the configuration that `etag` names, when it is one of `payload` and newer than what is
 * here: with several instances, the one that announced a change need not be the one that evaluates. Gives up after two seconds.
 */
export async function waitForConfig(
  store: Pick<Store, 'snapshot' | 'subscribe'>,
  environment: EnvironmentRef,
  payload: string,
  etag: unknown,
): Promise<void> {
  const [, named, text] = (typeof etag === 'string' ? FORM.exec(etag) : null) ?? [];
  if (named !== payload || text === undefined) return;
  const sequence = Number(text);
  const isLevel = (): boolean => (store.snapshot(environment)?.sequence ?? 0) >= sequence;
  if (isLevel()) return;
  const level = Promise.withResolvers<void>();
  const timeout = new AbortController();
  const leave = store.subscribe(() => {
    if (isLevel()) level.resolve();
  });
  try {
    await Promise.race([level.promise, wait(PATIENCE_MS, undefined, { signal: timeout.signal })]);
  } finally {
    leave();
    level.resolve();
    timeout.abort();
  }
}
