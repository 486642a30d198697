import { createHash } from 'node:crypto';
import {
  init,
  PersistentDataStoreWrapper,
  type LDClient,
  type LDContext,
  type LDFeatureStore,
  type LDLogger,
} from '@launchdarkly/node-server-sdk';
import type { BigSegmentMembership } from '../../../../src/evaluation/evaluator.ts';

/** The generations and keys of big segments that the store knows anything about. */
const SEGMENT_REFERENCES = ['s0', 's1', 's2', 's3', 's4'].flatMap((key) => [`${key}.g1`, `${key}.g2`]);

/** The store fails for this context key. */
export const STORM = 'storm';

const hashOf = (contextKey: string): string => createHash('sha256').update(contextKey).digest('base64');

/** Whom the big segments' store lists: by the hash alone, so that a cache in front of it changes nothing. */
function membershipOf(hash: string): Record<string, boolean> | undefined {
  const dice = createHash('sha1').update(hash).digest();
  if (dice[0] !== undefined && dice[0] < 50) {
    return undefined;
  }
  const entries = SEGMENT_REFERENCES.map(
    (reference, index) => [reference, (dice[index + 1] ?? 0) % 3] as const,
  );
  return Object.fromEntries(
    entries.filter(([, die]) => die < 2).map(([reference, die]) => [reference, die === 0]),
  );
}

/** The same store, as our evaluator asks it. */
export const bigSegments = (contextKey: string): BigSegmentMembership =>
  contextKey === STORM
    ? { status: 'STORE_ERROR', membership: undefined }
    : { status: 'HEALTHY', membership: membershipOf(hashOf(contextKey)) };

const quiet: LDLogger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** The real SDK, on definitions in memory: no network, no events. */
export interface Reference {
  readonly client: LDClient;
  /** What the SDK knows from now on, read by it from JSON. */
  load(flags: Items, segments: Items): void;
  close(): void;
}

type Items = Readonly<Record<string, object>>;

const CACHE_SECONDS = 3_600;

export async function createReference(
  store: 'up-to-date' | 'stale' | 'none' = 'up-to-date',
): Promise<Reference> {
  let current = storeOf({}, {});
  const bigSegmentStore = {
    getMetadata: async () => ({ lastUpToDate: store === 'stale' ? 1 : Number.MAX_SAFE_INTEGER }),
    getUserMembership: async (hash: string) => {
      if (hash === hashOf(STORM)) {
        throw new Error('the store is down');
      }
      return membershipOf(hash);
    },
    close: () => {},
  };
  const featureStore: LDFeatureStore = {
    init: (_data, done) => done(),
    get: (kind, key, done) => current.get(kind, key, done),
    all: (kind, done) => current.all(kind, done),
    upsert: (_kind, _item, done) => done(),
    delete: (_kind, _key, _version, done) => done(),
    initialized: (done) => done(true),
    close: () => {},
  };
  const client = init('sdk-key', {
    useLdd: true,
    featureStore,
    sendEvents: false,
    diagnosticOptOut: true,
    logger: quiet,
    ...(store === 'none' ? {} : { bigSegments: { store: () => bigSegmentStore } }),
  });
  client.on('error', () => {});
  await client.waitForInitialization({ timeout: 5 });
  return {
    client,
    load: (flags, segments) => {
      current.close();
      current = storeOf(flags, segments);
    },
    close: () => {
      current.close();
      client.close();
    },
  };
}

/** The SDK's own reading of serialized definitions, kept for the flags of one world. */
function storeOf(flags: Items, segments: Items): PersistentDataStoreWrapper {
  const items = new Map([
    ['features', flags],
    ['segments', segments],
  ]);
  const itemsOf = (namespace: string): Items => items.get(namespace) ?? {};
  const descriptor = (item: { readonly version?: unknown; readonly deleted?: unknown }) => ({
    version: Number(item.version),
    deleted: Boolean(item.deleted),
    serializedItem: JSON.stringify(item),
  });
  return new PersistentDataStoreWrapper(
    {
      init: (_data, done) => done(),
      get: ({ namespace }, key, done) => {
        const known = itemsOf(namespace);
        done(Object.hasOwn(known, key) ? descriptor(known[key] ?? {}) : undefined);
      },
      getAll: ({ namespace }, done) =>
        done(Object.entries(itemsOf(namespace)).map(([key, item]) => ({ key, item: descriptor(item) }))),
      upsert: (_kind, _key, _descriptor, done) => done(),
      initialized: (done) => done(true),
      close: () => {},
      getDescription: () => 'a world',
    },
    CACHE_SECONDS,
  );
}

/** What is sent to the SDK is deliberately not always a context. */
export function asContext(value: unknown): LDContext {
  return value as LDContext;
}
