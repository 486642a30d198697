import { unexpected } from './feature-error.ts';
import { readFeatureList, writeFeatureList } from './feature-list.ts';
import { featureStorageIn, type FeatureStorage } from './feature-storage.ts';
import { memcachedItem, type MemcachedConnection } from './memcached-item.ts';

export interface MemcachedOptions extends MemcachedConnection {
  /** Comes before the key: visible ASCII, no blanks, at most 200 characters. Default `rollout:`. */
  readonly prefix?: string;
}

/**
 * Features as a JSON list in one item of one memcached server. Every change is a compare-and-swap (memcached's `cas`), so
 * that no acknowledged change is lost.
 *
 * When memcached evicts the item, every feature is undefined. A change that makes the list larger than the server's items may
 * be (its option `-I`, 1 MB by default: thousands of features) is refused with a FeatureStorageError, and what is stored
 * stays. A server that is down or silent makes each request reject with one after `timeoutMs`; changes queue.
 *
 * @param server `host` or `host:port` (default 11211); IPv6 in brackets
 * @throws FeatureError at once, for an invalid address, prefix or timeout
 */
export function memcachedFeatureStorage(server: string, options: MemcachedOptions = {}): FeatureStorage {
  const { prefix = 'rollout:', ...connection } = options;
  if (!/^[\x21-\x7e]{0,200}$/.test(prefix)) {
    throw unexpected('prefix', 'at most 200 characters of visible ASCII without blanks', prefix);
  }
  const where = `memcached at ${server}`;
  const item = memcachedItem(server, `${prefix}features`, connection);
  const textsIn = (stored: { readonly text: string } | undefined): ReadonlyMap<string, string> =>
    readFeatureList(stored?.text ?? '[]', where);
  return featureStorageIn({
    where,
    turns: 'all',
    read: async (name) => textsIn(await item.get()).get(name),
    replace: async (name, old, next) => {
      const stored = await item.get();
      const texts = textsIn(stored);
      if (texts.get(name) !== old) return false;
      const text = writeFeatureList(texts, name, next);
      return stored === undefined ? item.add(text) : item.replace(text, stored.cas);
    },
    names: async () => [...textsIn(await item.get()).keys()],
    close: () => {
      item.close();
      return Promise.resolve();
    },
  });
}
