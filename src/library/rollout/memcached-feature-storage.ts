import { unexpected } from './feature-error.ts';
import { featureStorageIn, type FeatureStorage } from './feature-storage.ts';
import { memcachedItems, type MemcachedConnection, type MemcachedItem } from './memcached-items.ts';

export interface MemcachedOptions extends MemcachedConnection {
  /** Comes before every key: visible ASCII, no blanks. Default `rollout:`. */
  readonly prefix?: string;
}

const MAX_KEY_LENGTH = 250;

/**
 * Features on one memcached server: an item for each feature, and one for the list of their names. Every change is a
 * compare-and-swap (memcached's `cas`), so that no acknowledged change is lost.
 *
 * A feature that memcached evicts is undefined from then on. A feature larger than the server's items may be (its option
 * `-I`, 1 MB by default) is refused with a FeatureStorageError, and the stored one stays. A server that is down or
 * silent makes each request reject with one after `timeoutMs`; changes of one feature queue.
 *
 * @param server `host` or `host:port` (default 11211); IPv6 in brackets
 * @throws FeatureError at once, for an invalid address, prefix or timeout; from calls, for a name too long for a key
 */
export function memcachedFeatureStorage(server: string, options: MemcachedOptions = {}): FeatureStorage {
  const { prefix = 'rollout:', ...connection } = options;
  if (!/^[\x21-\x7e]*$/.test(prefix)) throw unexpected('prefix', 'visible ASCII without blanks', prefix);
  const where = `memcached at ${server}`;
  const items = memcachedItems(server, connection);
  const namesKey = `${prefix}names`;
  const keyOf = (name: string): string => {
    const key = `${prefix}feature:${encodeURIComponent(name)}`;
    if (key.length > MAX_KEY_LENGTH) {
      throw unexpected(`${where}: a feature's name`, `one that makes a key of ${MAX_KEY_LENGTH} bytes`, name);
    }
    return key;
  };

  // Changes that come while one is pending are sent together as the next: they all concern the same item.
  const changeNames = inBatches<(names: Set<string>) => void>(async (changes) => {
    for (;;) {
      const old = await items.get(namesKey);
      const names = new Set(listed(old));
      for (const change of changes) change(names);
      const text = [...names].map(encodeURIComponent).join('\n');
      if (text === (old?.text ?? '')) return;
      if (await (old === undefined ? items.add(namesKey, text) : items.replace(namesKey, text, old.cas)))
        return;
    }
  });
  const list = (name: string): Promise<void> => changeNames((names) => void names.add(name));

  return featureStorageIn({
    where,
    read: async (name) => (await items.get(keyOf(name)))?.text,
    replace: async (name, old, next) => {
      const key = keyOf(name);
      const item = await items.get(key);
      if (item?.text !== old) return false;
      if (next !== undefined) {
        // The name first: a name without a feature is skipped below, but a feature without a name would never be listed.
        await list(name);
        if (!(await (item === undefined ? items.add(key, next) : items.replace(key, next, item.cas))))
          return false;
        // A concurrent deletion may have removed the name meanwhile.
        await list(name);
        return true;
      }
      if (item !== undefined && !(await items.delete(key, item.cas))) return false;
      await changeNames((names) => void names.delete(name));
      // It may have been added again meanwhile.
      if ((await items.get(key)) !== undefined) await list(name);
      return true;
    },
    names: async () => {
      const names = listed(await items.get(namesKey));
      const found = await Promise.all(names.map(async (name) => items.get(keyOf(name))));
      return names.filter((_, index) => found[index] !== undefined);
    },
    close: () => {
      items.close();
      return Promise.resolve();
    },
  });
}

function listed(item: MemcachedItem | undefined): readonly string[] {
  return item === undefined || item.text === '' ? [] : item.text.split('\n').map(decodeURIComponent);
}

/** Gathers the items that come while `work` is pending and passes them to it together; if it fails, all of them fail. */
function inBatches<Item>(work: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let pending: Promise<void> = Promise.resolve();
  let waiting: { readonly items: Item[]; readonly done: Promise<void> } | undefined;
  return (item) => {
    if (waiting === undefined) {
      const items: Item[] = [];
      const done = pending.then(() => {
        waiting = undefined;
        return work(items);
      });
      waiting = { items, done };
      pending = done.catch(() => undefined);
    }
    waiting.items.push(item);
    return waiting.done;
  };
}
