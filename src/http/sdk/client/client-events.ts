import { encodeEvent } from '../../sse/encode-event.ts';
import type { ClientFlag, ClientUpdate } from './client-flags.ts';

/** Asks the client to evaluate again. The space matters: an event without data is dropped. */
export const PING: Buffer = encodeEvent({ event: 'ping', data: ' ' });

export const clientPut = (flags: { readonly [key: string]: ClientFlag }): Buffer =>
  encodeEvent({ event: 'put', data: JSON.stringify(flags) });

/** All updates in one buffer; undefined when there are none. `sequence` is the environment's after them. */
export function clientPatches(updates: readonly ClientUpdate[], sequence: number): Buffer | undefined {
  if (updates.length === 0) return undefined;
  return Buffer.concat(
    updates.map((update) =>
      update.type === 'put'
        ? encodeEvent({ event: 'patch', data: JSON.stringify({ key: update.key, ...update.flag }) })
        : encodeEvent({ event: 'delete', data: JSON.stringify({ key: update.key, version: sequence }) }),
    ),
  );
}
