import { createHash } from 'node:crypto';
import { canonicalKey } from '../../../evaluation/canonical-key.ts';
import type { Snapshot } from '../../../store/store.ts';
import type { ClientFlag, ClientFlags, ClientUpdate, Viewer } from '../client/client-flags.ts';
import type { Selector } from './selector.ts';
import { nothingNew, transfer, type TransferEvent, type TransferObject } from './transfer.ts';

/** A viewer's evaluations are a payload of their own: with another context or other options a client has nothing yet. */
export function viewerPayload(environmentPayload: string, viewer: Viewer): string {
  const question = JSON.stringify([
    canonicalKey(viewer.context),
    viewer.context,
    viewer.clientSide,
    viewer.withReasons,
  ]);
  return `${environmentPayload}-${createHash('sha256').update(question).digest('hex').slice(0, 16)}`;
}

/** Nothing when the viewer is up to date, else everything: its earlier evaluations are not kept. */
export function viewerCatchUp(
  clientFlags: ClientFlags,
  snapshot: Snapshot,
  viewer: Viewer,
  payload: string,
  basis: Selector | undefined,
): readonly TransferEvent[] {
  const at = { payload, sequence: snapshot.sequence };
  if (basis?.payload === payload && basis.sequence === at.sequence) return nothingNew(at);
  const objects = Object.entries(clientFlags.all(snapshot, viewer)).map(([key, flag]) => put(key, flag));
  return transfer('xfer-full', basis === undefined ? 'payload-missing' : 'cant-catchup', objects, at);
}

export function viewerChanges(updates: readonly ClientUpdate[], at: Selector): readonly TransferEvent[] {
  const objects = updates.map((update): TransferObject =>
    update.type === 'put'
      ? put(update.key, update.flag)
      : { type: 'delete', kind: 'flag-eval', key: update.key, version: at.sequence },
  );
  return transfer('xfer-changes', 'update', objects, at);
}

/** The version stands in the envelope only. */
function put(key: string, { version, ...flag }: ClientFlag): TransferObject {
  return { type: 'put', kind: 'flag-eval', key, version, json: JSON.stringify(flag) };
}
