import type { FeedEvent, Snapshot, Store } from '../../../store/store.ts';
import { updateOf, updatesOf } from '../server/item-updates.ts';
import { payloadJson } from '../server/payload-json.ts';
import type { Selector } from './selector.ts';
import { nothingNew, streamChunk, transfer, type TransferEvent, type TransferObject } from './transfer.ts';

/** Why a server-side SDK that has `basis`, or has nothing, gets everything; undefined when it does not. */
export function reasonForAll(
  store: Pick<Store, 'changesSince'>,
  { environment, sequence }: Snapshot,
  payload: string,
  basis: Selector | undefined,
): 'payload-missing' | 'cant-catchup' | undefined {
  if (basis === undefined) return 'payload-missing';
  if (basis.payload !== payload) return 'cant-catchup';
  const isKnown =
    basis.sequence === sequence || store.changesSince(environment, basis.sequence) !== undefined;
  return isKnown ? undefined : 'cant-catchup';
}

/** What a server-side SDK gets that has `basis`, or has nothing: nothing, what changed since when that is known, or all. */
export function catchUp(
  store: Pick<Store, 'changesSince'>,
  snapshot: Snapshot,
  payload: string,
  basis: Selector | undefined,
): readonly TransferEvent[] {
  const { environment, sequence } = snapshot;
  const at = { payload, sequence };
  const reason = reasonForAll(store, snapshot, payload, basis);
  if (basis === undefined || reason !== undefined) {
    return transfer('xfer-full', reason ?? 'payload-missing', everything(snapshot), at);
  }
  if (basis.sequence === sequence) return nothingNew(at);
  const changes = store.changesSince(environment, basis.sequence) ?? [];
  return transfer(
    'xfer-changes',
    'stale',
    changes.map((change) => updateOf(change, snapshot)),
    at,
  );
}

/** One step of the environment; undefined when it is no news to SDKs. */
export function changesChunk(event: FeedEvent, payload: string): Buffer | undefined {
  const updates = updatesOf(event);
  if (updates.length === 0) return undefined;
  const at = { payload, sequence: event.snapshot.sequence };
  return streamChunk(transfer('xfer-changes', 'update', updates, at));
}

function everything({ flags, segments }: Snapshot): readonly TransferObject[] {
  const objects: TransferObject[] = [];
  // Segments first, so that a client that applies them one by one never sees a flag without its segment.
  for (const records of [segments, flags]) {
    for (const [key, record] of records) {
      const json = payloadJson(record);
      if (json !== undefined)
        objects.push({ type: 'put', kind: record.kind, key, version: record.version, json });
    }
  }
  return objects;
}
