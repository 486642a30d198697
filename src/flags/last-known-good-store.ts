import type { Logger } from '../shared/logger.ts';
import { createHash } from 'node:crypto';
import type { interfaces } from '@launchdarkly/node-server-sdk';
import {
  DamagedFileError,
  openLastKnownGoodFile,
  quarantine,
  type LastKnownGoodFile,
  type StoredFlags,
  type StoredItem,
} from './last-known-good-file.ts';

/** The persistent core under the SDK's own `PersistentDataStoreWrapper`, and what the flag client asks of it. */
export interface LastKnownGoodStore extends interfaces.PersistentDataStore {
  flagKeys(): readonly string[];
  /** Epoch milliseconds of the last message; undefined: nothing was ever received for this key. */
  receivedAt(): number | undefined;
}

export interface LastKnownGoodStoreOptions {
  readonly path: string;
  readonly scope: string;
  readonly now: () => number;
  readonly logger: Logger;
  /** Called after the SDK put a whole set, when the SDK has it too. */
  readonly onReplaced: () => void;
  /** How long to wait until a write that failed is tried again, and between complaints. Default 60,000. */
  readonly retryAfterMs?: number;
}

/** The flags' owner without its secret: the key is hashed, and never written. */
export const scopeOf = (sdkKey: string, baseUri = '', streamUri = ''): string =>
  createHash('sha256')
    .update(JSON.stringify([sdkKey, baseUri, streamUri]))
    .digest('hex');

const idOf = (kind: string, key: string): string => JSON.stringify([kind, key]);

type Descriptor = interfaces.SerializedItemDescriptor;

const toDescriptor = ({ version, deleted, json }: StoredItem): Descriptor => ({
  version,
  deleted,
  // The SDK's wrapper takes an item without text for an unknown one.
  serializedItem: json ?? JSON.stringify({ version, deleted: true }),
});

const toItem = (kind: string, key: string, descriptor: Descriptor): StoredItem => ({
  kind,
  key,
  version: descriptor.version,
  deleted: descriptor.deleted === true,
  json: descriptor.deleted === true ? null : (descriptor.serializedItem ?? null),
});

/**
 * What LaunchDarkly last said, in memory for reading and in a file for the next start. The file is the copy: when it
 * cannot be written, the flags go on from memory, a warning is logged once a minute, and the whole set is written as
 * soon as it can be. A file that is damaged is put aside, never written over.
 */
export function openLastKnownGoodStore({
  path,
  scope,
  now,
  logger,
  onReplaced,
  retryAfterMs = 60_000,
}: LastKnownGoodStoreOptions): LastKnownGoodStore {
  let file: LastKnownGoodFile | undefined;
  let receivedAt: number | undefined;
  let items = new Map<string, StoredItem>();
  let retry: NodeJS.Timeout | undefined;
  let behind = false;
  let complainedAt = Number.NEGATIVE_INFINITY;

  const complain = (error: unknown, message: string) => {
    if (now() - complainedAt < retryAfterMs) return;
    complainedAt = now();
    logger.warn({ err: error, path }, message);
  };

  const closeFile = () => {
    const open = file;
    file = undefined;
    open?.close();
  };

  const putAside = (error: DamagedFileError) => {
    closeFile();
    logger.error({ err: error, movedTo: quarantine(path, now()) }, 'the last known good flags were damaged');
  };

  const read = (): StoredFlags | undefined => {
    file = openLastKnownGoodFile(path);
    return file.load(scope);
  };

  const load = () => {
    try {
      let stored: StoredFlags | undefined;
      try {
        stored = read();
      } catch (error) {
        if (!(error instanceof DamagedFileError)) throw error;
        putAside(error);
        stored = read();
      }
      receivedAt = stored?.receivedAt;
      for (const item of stored?.items ?? []) items.set(idOf(item.kind, item.key), item);
    } catch (error) {
      closeFile();
      complain(error, 'the last known good flags cannot be kept; going on from memory');
    }
  };

  const save = (write: (open: LastKnownGoodFile) => void) => {
    try {
      const behindNow = behind || file === undefined;
      file ??= openLastKnownGoodFile(path);
      if (behindNow) file.replace(scope, { items: [...items.values()], receivedAt: receivedAt ?? now() });
      else write(file);
      behind = false;
    } catch (error) {
      behind = true;
      if (error instanceof DamagedFileError) putAside(error);
      complain(error, 'the last known good flags cannot be written; going on from memory');
      clearTimeout(retry);
      retry = setTimeout(() => save(() => {}), retryAfterMs).unref();
    }
  };

  load();

  return {
    init(allData, callback) {
      const replaced = allData.flatMap(({ key: kind, item: entries }) =>
        entries.map(({ key, item }) => toItem(kind.namespace, key, item)),
      );
      items = new Map(replaced.map((item) => [idOf(item.kind, item.key), item]));
      const at = now();
      receivedAt = at;
      save((open) => open.replace(scope, { items: replaced, receivedAt: at }));
      callback();
      onReplaced();
    },

    get(kind, key, callback) {
      const item = items.get(idOf(kind.namespace, key));
      callback(item && toDescriptor(item));
    },

    getAll(kind, callback) {
      callback(
        [...items.values()]
          .filter((item) => item.kind === kind.namespace)
          .map((item) => ({ key: item.key, item: toDescriptor(item) })),
      );
    },

    upsert(kind, key, descriptor, callback) {
      const id = idOf(kind.namespace, key);
      const held = items.get(id);
      // Versions only go up, tombstones included: an older message that comes late changes nothing.
      if (held !== undefined && held.version >= descriptor.version) {
        callback(undefined, toDescriptor(held));
        return;
      }
      const item = toItem(kind.namespace, key, descriptor);
      items.set(id, item);
      const at = now();
      receivedAt = at;
      save((open) => open.put(scope, item, at));
      callback(undefined, toDescriptor(item));
    },

    initialized: (callback) => callback(receivedAt !== undefined),

    flagKeys: () =>
      [...items.values()]
        .filter(({ kind, deleted }) => kind === 'features' && !deleted)
        .map(({ key }) => key),

    receivedAt: () => receivedAt,

    getDescription: () => 'SQLite, last known good',

    close() {
      clearTimeout(retry);
      if (behind) save(() => {});
      clearTimeout(retry);
      closeFile();
    },
  };
}
