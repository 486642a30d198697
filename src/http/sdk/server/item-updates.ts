import type { FeedEvent, ItemChange, ItemKind, Snapshot } from '../../../store/store.ts';
import { payloadJson } from './payload-json.ts';

/** What a change means to an SDK; `json` is the new definition, or evaluation. */
export type ItemUpdate<Kind extends string = ItemKind> =
  | {
      readonly type: 'put';
      readonly kind: Kind;
      readonly key: string;
      readonly version: number;
      readonly json: string;
    }
  | { readonly type: 'delete'; readonly kind: Kind; readonly key: string; readonly version: number };

/** One update for each item of a step, in the order of their last changes. */
export function updatesOf({ changes, previous, snapshot }: FeedEvent): readonly ItemUpdate[] {
  return lastOfEach(changes).flatMap((change) => {
    const update = updateOf(change, snapshot);
    // A flag that SDKs never had, and cannot have now either, is no news to them.
    const isNews = update.type === 'put' || change.deleted || jsonIn(previous, change) !== undefined;
    return isNews ? [update] : [];
  });
}

/** What `change` left behind in `snapshot`. */
export function updateOf({ kind, key, version }: ItemChange, snapshot: Snapshot): ItemUpdate {
  const json = jsonIn(snapshot, { kind, key });
  return json === undefined
    ? { type: 'delete', kind, key, version }
    : { type: 'put', kind, key, version, json };
}

function jsonIn(
  { flags, segments }: Snapshot,
  { kind, key }: Pick<ItemChange, 'kind' | 'key'>,
): string | undefined {
  const record = kind === 'flag' ? flags.get(key) : segments.get(key);
  return record === undefined ? undefined : payloadJson(record);
}

function lastOfEach(changes: readonly ItemChange[]): readonly ItemChange[] {
  const last = new Map<string, ItemChange>();
  for (const change of changes) {
    const id = `${change.kind}/${change.key}`;
    last.delete(id);
    last.set(id, change);
  }
  return [...last.values()];
}
