import type { ItemKind } from '../../../store/store.ts';
import { encodeEvent } from '../../sse/encode-event.ts';
import type { ItemUpdate } from '../server/item-updates.ts';
import { type Selector, writeSelector } from './selector.ts';

/** One event of the second protocol; `json` is the data, written already. */
export interface TransferEvent {
  readonly name: 'server-intent' | 'put-object' | 'delete-object' | 'payload-transferred';
  readonly json: string;
}

export type TransferObject = ItemUpdate<ItemKind | 'flag-eval'>;

export type TransferReason = 'payload-missing' | 'up-to-date' | 'cant-catchup' | 'stale' | 'update';

/** The client has everything: nothing but the intent, which has nothing to transfer. */
export function nothingNew(at: Selector): readonly TransferEvent[] {
  return [intent('none', at, 'up-to-date')];
}

/**
 * A whole batch. Each begins with its intent, also after the first on a stream: older Go SDKs do not take objects without one.
 */
export function transfer(
  code: 'xfer-full' | 'xfer-changes',
  reason: TransferReason,
  objects: readonly TransferObject[],
  at: Selector,
): readonly TransferEvent[] {
  return [
    intent(code, at, reason),
    ...objects.map(objectEvent),
    {
      name: 'payload-transferred',
      json: JSON.stringify({ state: writeSelector(at), version: at.sequence, id: at.payload }),
    },
  ];
}

/** The body of a poll. */
export const pollJson = (events: readonly TransferEvent[]): string =>
  `{"events":[${events.map(({ name, json }) => `{"event":"${name}","data":${json}}`).join(',')}]}`;

/** The same on a stream, in one buffer. */
export const streamChunk = (events: readonly TransferEvent[]): Buffer =>
  Buffer.concat(events.map(({ name, json }) => encodeEvent({ event: name, data: json })));

function intent(
  intentCode: 'xfer-full' | 'xfer-changes' | 'none',
  { payload, sequence }: Selector,
  reason: TransferReason,
): TransferEvent {
  const payloads = [{ id: payload, target: sequence, intentCode, reason }];
  return { name: 'server-intent', json: JSON.stringify({ payloads }) };
}

function objectEvent(object: TransferObject): TransferEvent {
  const { kind, key, version } = object;
  const head = `{"version":${version},"kind":"${kind}","key":${JSON.stringify(key)}`;
  return object.type === 'put'
    ? { name: 'put-object', json: `${head},"object":${object.json}}` }
    : { name: 'delete-object', json: `${head}}` };
}
