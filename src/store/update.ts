import {
  type Author,
  type Change,
  type ItemKind,
  type ItemRecord,
  type ItemRef,
  type RecordByKind,
  type Snapshot,
  type Store,
  StoreUnavailableError,
} from './store.ts';

/** What an edit makes of a flag or segment. What is absent or undefined stays as it is. */
export interface Draft<Kind extends ItemKind> {
  readonly definition: RecordByKind[Kind]['definition'];
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
}

/**
 * Makes a draft of the record that is there now (undefined: there is none), or refuses. It may be called more than
 * once, so it changes nothing itself; what it throws, `update` throws.
 */
export type Edit<Kind extends ItemKind, D extends Draft<Kind>, Refusal> = (
  current: RecordByKind[Kind] | undefined,
  snapshot: Snapshot,
) => MaybePromise<
  | { readonly outcome: 'edited'; readonly draft: D }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
>;

type MaybePromise<T> = T | Promise<T>;

export interface UpdateOptions {
  /** A version, or `absent` to create only; anything else there is a `conflict`. Default: whatever is there. */
  readonly expectedVersion?: number | 'absent' | undefined;
}

export type UpdateOutcome<Kind extends ItemKind, D extends Draft<Kind>, Refusal> =
  | {
      readonly outcome: 'changed';
      readonly record: RecordByKind[Kind];
      /** As the edit returned it, with whatever else the caller put into it. */
      readonly draft: D;
      readonly auditId: number;
    }
  | { readonly outcome: 'unchanged'; readonly record: RecordByKind[Kind]; readonly draft: D }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  /** The expected version is not the one that is there (`null`: nothing is there). */
  | { readonly outcome: 'conflict'; readonly currentVersion: number | null }
  /** The environment does not exist. */
  | { readonly outcome: 'not-found' };

/** How often an edit is made again on what another writer has just written. */
const MAX_TRIES = 20;

const READ: {
  readonly [Kind in ItemKind]: (snapshot: Snapshot, key: string) => RecordByKind[Kind] | undefined;
} = {
  flag: ({ flags }, key) => flags.get(key),
  segment: ({ segments }, key) => segments.get(key),
};

const PUT: {
  readonly [Kind in ItemKind]: (
    ref: ItemRef,
    draft: Draft<Kind>,
    expectedVersion: number | 'absent',
  ) => Change;
} = {
  flag: ({ environment, key }, { definition, description, tags }, expectedVersion) => {
    return { type: 'put-flag', environment, key, definition, description, tags, expectedVersion };
  },
  segment: ({ environment, key }, { definition, description, tags }, expectedVersion) => {
    return { type: 'put-segment', environment, key, definition, description, tags, expectedVersion };
  },
};

/** The read-modify-write of a store (see `Store.update`), made of its snapshot and its compare-and-set. */
export async function updateItem<Kind extends ItemKind, D extends Draft<Kind>, Refusal>(
  store: Pick<Store, 'snapshot' | 'change'>,
  author: Author,
  ref: ItemRef<Kind>,
  edit: Edit<Kind, D, Refusal>,
  { expectedVersion }: UpdateOptions = {},
): Promise<UpdateOutcome<Kind, D, Refusal>> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const snapshot = store.snapshot(ref.environment);
    if (snapshot === undefined) return { outcome: 'not-found' };
    const current = READ[ref.kind](snapshot, ref.key);
    const version = current?.version ?? 'absent';
    if (expectedVersion !== undefined && expectedVersion !== version) {
      return { outcome: 'conflict', currentVersion: current?.version ?? null };
    }
    const edited = await edit(current, snapshot);
    if (edited.outcome === 'refused') return edited;
    const { draft } = edited;
    const outcome = await store.change(author, PUT[ref.kind](ref, draft, version));
    switch (outcome.outcome) {
      case 'changed':
        return {
          outcome: 'changed',
          record: ofKind(outcome.record, ref.kind),
          draft,
          auditId: outcome.auditId,
        };
      case 'unchanged':
        return { outcome: 'unchanged', record: ofKind(outcome.record, ref.kind), draft };
      case 'not-found':
        return outcome;
      case 'conflict':
        // The snapshot has what the other writer wrote: the next turn edits that, or finds the expected version gone.
        break;
      case 'in-use':
        throw new Error(`putting ${ref.kind} ${ref.key} was refused as if it were a delete`);
      default:
        return outcome satisfies never;
    }
  }
  throw new StoreUnavailableError(`${ref.kind} ${ref.key} is being changed by others all the time`, 1, {
    reason: 'busy',
  });
}

function ofKind<Kind extends ItemKind>(record: ItemRecord | null, kind: Kind): RecordByKind[Kind] {
  if (record === null || !isKind(record, kind)) {
    throw new Error(`putting a ${kind} answered with ${record === null ? 'nothing' : `a ${record.kind}`}`);
  }
  return record;
}

const isKind = <Kind extends ItemKind>(
  record: ItemRecord,
  kind: Kind,
): record is ItemRecord & RecordByKind[Kind] => record.kind === kind;
