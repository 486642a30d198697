import { unexpected } from './feature-error.ts';
import { featureStorageIn, type FeatureStorage } from './feature-storage.ts';
import { memcachedItems, type MemcachedConnection, type MemcachedItem } from './memcached-items.ts';

export interface MemcachedOptions extends MemcachedConnection {
  /** Comes before every key: visible ASCII, no blanks. Default `rollout:`. */
  readonly prefix?: string;
}

const LONGEST_KEY = 250;

/**
 * A key a feature and a key for their names, on one memcached server (`host:port`). Every change is a compare-and-swap
 * (memcached's `cas`), so that none that was acknowledged is lost, however slow another one is.
 *
 * What memcached forgets is forgotten: the feature is then an undefined one. A feature that is larger than the
 * server's items may be (its option `-I`, 1 MB by default) is refused with a FeatureStorageError, and the one that is
 * there stays. A server that is away or silent makes calls reject with one: a request after `timeoutMs`, and changes of
 * one feature one after the other.
 * @param server `host` or `host:port` (default 11211); IPv6 in brackets
 * @throws FeatureError, at once, for an address, a prefix or a timeout that cannot be one; from calls, for a name that
 * is too long for a key.
 */
export function memcachedFeatureStorage(server: string, options: MemcachedOptions = {}): FeatureStorage {
  const { prefix = 'rollout:', ...connection } = options;
  if (!/^[\x21-\x7e]*$/.test(prefix)) throw unexpected('prefix', 'visible ASCII without blanks', prefix);
  const where = `memcached at ${server}`;
  const items = memcachedItems(server, connection);
  const namesKey = `${prefix}names`;
  const keyOf = (name: string): string => {
    const key = `${prefix}feature:${encodeURIComponent(name)}`;
    if (key.length > LONGEST_KEY) {
      throw unexpected(`${where}: a feature's name`, `one that makes a key of ${LONGEST_KEY} bytes`, name);
    }
    return key;
  };

  // Changes that come while one is under way go together, as the next: one list is for all, and they would only meet.
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
        // First the name: one without a feature is passed over below, a feature without a name would be lost sight of.
        await list(name);
        if (!(await (item === undefined ? items.add(key, next) : items.replace(key, next, item.cas))))
          return false;
        // Somebody who was deleting it may have taken the name away between the two.
        await list(name);
        return true;
      }
      if (item !== undefined && !(await items.delete(key, item.cas))) return false;
      await changeNames((names) => void names.delete(name));
      // Somebody may have added it anew between the two.
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

/** Does what comes meanwhile in one go, when what is under way is through. What goes wrong is wrong for all of a go. */
function inBatches<Item>(work: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let underWay: Promise<void> = Promise.resolve();
  let waiting: { readonly items: Item[]; readonly done: Promise<void> } | undefined;
  return (item) => {
    if (waiting === undefined) {
      const items: Item[] = [];
      const done = underWay.then(() => {
        waiting = undefined;
        return work(items);
      });
      waiting = { items, done };
      underWay = done.catch(() => undefined);
    }
    waiting.items.push(item);
    return waiting.done;
  };
}
