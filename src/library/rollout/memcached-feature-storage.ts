import { Client } from 'memjs';
import { FeatureError, featureFromJson } from './feature.ts';
import { oneAtATime, type FeatureStorage } from './feature-storage.ts';

export interface MemcachedOptions {
  /** Comes before every key. Default `rollout:`. */
  readonly prefix?: string;
  /** Waits between two tries for the lock. Default: a timer of 5 ms. */
  readonly wait?: () => Promise<void>;
}

/** A lock that its holder died with frees itself after this long. */
const LOCK_SECONDS = 5;
const LOCK_ATTEMPTS = 1_200;

/**
 * A key a feature and a key for their names, on one memcached server (`host:port`).
 * What memcached forgets is forgotten: the feature is then an undefined one.
 * memcached has no transactions; a key that only one can add is the lock between processes.
 */
export function memcachedFeatureStorage(server: string, options: MemcachedOptions = {}): FeatureStorage {
  const { prefix = 'rollout:', wait = wait5Ms } = options;
  const client = Client.create(server, { retries: 1, timeout: 1 });
  const inTurn = oneAtATime();
  // Keys in memcached have no blanks and at most 250 bytes.
  const keyOf = (name: string): string => {
    const key = `${prefix}feature:${encodeURIComponent(name)}`;
    if (key.length > 250)
      throw new FeatureError(`a feature's name is too long for memcached: ${name.slice(0, 40)}…`);
    return key;
  };
  const namesKey = `${prefix}names`;
  const lockKey = `${prefix}lock`;

  const read = async (key: string): Promise<string | undefined> =>
    (await client.get(key)).value?.toString('utf8');
  const readNames = async (): Promise<readonly string[]> =>
    (await read(namesKey))?.split('\n').map(decodeURIComponent) ?? [];

  const locked = async (task: () => Promise<void>): Promise<void> => {
    for (let attempt = 1; !(await client.add(lockKey, '1', { expires: LOCK_SECONDS })); attempt += 1) {
      if (attempt >= LOCK_ATTEMPTS) throw new Error(`memcached at ${server}: the lock did not come free`);
      await wait();
    }
    try {
      await task();
    } finally {
      await client.delete(lockKey);
    }
  };

  return {
    get: async (name) => {
      const text = await read(keyOf(name));
      return text === undefined ? undefined : featureFromJson(text);
    },
    update: async (name, change) => {
      await inTurn(() =>
        locked(async () => {
          const old = await read(keyOf(name));
          const next = change(old === undefined ? undefined : featureFromJson(old));
          const names = new Set(await readNames());
          if (next === undefined) {
            names.delete(name);
            await client.delete(keyOf(name));
          } else {
            names.add(name);
            await client.set(keyOf(name), JSON.stringify(next), {});
          }
          if (names.size === 0) await client.delete(namesKey);
          else await client.set(namesKey, [...names].map(encodeURIComponent).join('\n'), {});
        }),
      );
    },
    names: async () => (await readNames()).toSorted(),
    close: () =>
      inTurn(() => {
        client.close();
        return Promise.resolve();
      }),
  };
}

async function wait5Ms(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 5);
  await promise;
}
