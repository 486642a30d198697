import type { Logger } from '../shared/logger.ts';
import { createHash } from 'node:crypto';
import type { interfaces } from '@launchdarkly/node-server-sdk';
import {
  DamagedFileError,
  lastKnownGoodFile,
  quarantine,
  readStoredFlags,
  type StoredFlags,
  type StoredItem,
  writeStoredFlags,
} from './last-known-good-file.ts';

/** The persistent core under the SDK's own `PersistentDataStoreWrapper`, and what the flag client asks of it. */
export interface LastKnownGoodStore extends interfaces.PersistentDataStore {
  flagKeys(): readonly string[];
  /** Epoch milliseconds of the last message; undefined: nothing was ever received for this key. */
  receivedAt(): number | undefined;
  /** Undefined: nothing was ever received for this key. */
  received(): ReceivedFlags | undefined;
}

/** The flags and segments that LaunchDarkly last sent. */
export interface ReceivedFlags {
  /** One higher with every message. */
  readonly revision: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly items: readonly { readonly kind: string; readonly json: string }[];
}

export interface LastKnownGoodStoreOptions {
  /** Made when it is missing. */
  readonly folder: string;
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
 * cannot be written, the flags go on from memory, a warning is logged once a minute, and the file is written as soon as it
 * can be. A file that is damaged is put aside, never written over.
 */
export function openLastKnownGoodStore({
  folder,
  scope,
  now,
  logger,
  onReplaced,
  retryAfterMs = 60_000,
}: LastKnownGoodStoreOptions): LastKnownGoodStore {
  const file = lastKnownGoodFile(folder, scope);
  let receivedAt: number | undefined;
  let items = new Map<string, StoredItem>();
  let retry: NodeJS.Timeout | undefined;
  let isBehind = false;
  let revision = 1;
  let listed: ReceivedFlags | undefined;
  let complainedAt = Number.NEGATIVE_INFINITY;

  const complain = (error: unknown, message: string) => {
    if (now() - complainedAt < retryAfterMs) return;
    complainedAt = now();
    logger.warn({ err: error, file }, message);
  };

  const read = (): StoredFlags | undefined => {
    try {
      return readStoredFlags(file);
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      const movedTo = quarantine(file, now());
      logger.error({ err: error, movedTo }, 'the last known good flags were damaged');
      return undefined;
    }
  };

  const load = () => {
    try {
      const stored = read();
      receivedAt = stored?.receivedAt;
      items = new Map(stored?.items.map((item) => [idOf(item.kind, item.key), item]));
    } catch (error) {
      complain(error, 'the last known good flags cannot be read; going on without them');
    }
  };

  const save = () => {
    clearTimeout(retry);
    try {
      writeStoredFlags(file, { receivedAt: receivedAt ?? now(), items: [...items.values()] });
      isBehind = false;
    } catch (error) {
      isBehind = true;
      complain(error, 'the last known good flags cannot be written; going on from memory');
      retry = setTimeout(save, retryAfterMs).unref();
    }
  };

  load();

  return {
    init(allData, callback) {
      const replaced = allData.flatMap(({ key: kind, item: entries }) =>
        entries.map(({ key, item }) => toItem(kind.namespace, key, item)),
      );
      items = new Map(replaced.map((item) => [idOf(item.kind, item.key), item]));
      receivedAt = now();
      revision += 1;
      save();
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
      receivedAt = now();
      revision += 1;
      save();
      callback(undefined, toDescriptor(item));
    },

    initialized: (callback) => callback(receivedAt !== undefined),

    flagKeys: () =>
      [...items.values()]
        .filter(({ kind, deleted }) => kind === 'features' && !deleted)
        .map(({ key }) => key),

    receivedAt: () => receivedAt,

    received: () => {
      if (receivedAt === undefined || listed?.revision === revision) return listed;
      const held = [...items.values()];
      listed = {
        revision,
        receivedAt,
        items: held.flatMap(({ kind, json }) => (json === null ? [] : [{ kind, json }])),
      };
      return listed;
    },

    getDescription: () => 'last known good',

    close() {
      if (isBehind) save();
      clearTimeout(retry);
    },
  };
}
