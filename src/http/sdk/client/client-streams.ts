import type { Request, Response } from 'express';
import type { FeedEvent } from '../../../store/store.ts';
import { callerEnvironment } from '../../auth/principal.ts';
import type { AddressQuota } from '../../middleware/address-quota.ts';
import { clientAddress } from '../../auth/client-address.ts';
import type { EventStream } from '../../sse/event-stream.ts';
import { type OpenStream, tooManyStreams } from '../shared/open-stream.ts';
import { streamGroup, type StreamKind } from '../shared/stream-group.ts';
import type { SdkDeps } from '../shared/sdk-deps.ts';
import { PING } from './client-events.ts';
import type { Viewer } from './client-flags.ts';

/** How a protocol tells a viewer what a step changed. */
export interface ClientProtocol<V extends Viewer> {
  readonly kind: StreamKind;
  /** Undefined when nothing changed for this viewer. */
  next(event: FeedEvent, viewer: V): Buffer | undefined;
}

/** The open streams of client-side SDKs: each gets a change only when it changes its own evaluations. */
export interface ClientStreams<V extends Viewer> {
  /** @throws {Problem} 429 when the process, or the caller, has too many streams or too large ones. */
  open(req: Request, res: Response, viewer: V, first: Buffer): void;
  /** Unsubscribes from the store. */
  readonly close: () => void;
}

export interface ClientStreamsDeps extends Pick<SdkDeps, 'store' | 'hub'> {
  readonly openStream: OpenStream;
  /** In bytes, beyond `FREE_BYTES` of each stream. */
  readonly retained: AddressQuota;
}

/** What clients' streams may hold in memory beyond the ordinary. */
export const RETAINED_BYTES = { perProcess: 40 * 1024 * 1024, perAddress: 16 * 1024 * 1024 } as const;
/** An ordinary context and its first event are never counted, so a client that fills the quota shuts out no ordinary one. */
const FREE_BYTES = 2 * 1024;

export function createClientStreams<V extends Viewer>(
  { store, hub, openStream, retained }: ClientStreamsDeps,
  protocol: ClientProtocol<V>,
): ClientStreams<V> {
  // As JSON: `[{},{},…]` is 25 times as large once it is parsed.
  const viewers = new WeakMap<EventStream, string>();
  const close = store.subscribe((event) => {
    hub.broadcastEach(streamGroup(protocol.kind, event.environment), (stream) => {
      const json = viewers.get(stream);
      if (json === undefined) return undefined;
      const viewer: V = JSON.parse(json);
      return protocol.next(event, viewer);
    });
  });

  function take(address: string, bytes: number): () => void {
    const giveBack = bytes <= FREE_BYTES ? () => {} : retained.take(address, bytes - FREE_BYTES);
    if (giveBack === undefined) throw tooManyStreams('Streams of clients hold as much memory as they may.');
    return giveBack;
  }

  return {
    open(req, res, viewer, first) {
      const address = clientAddress(req);
      const json = JSON.stringify(viewer);
      const giveBackViewer = take(address, json.length);
      let giveBackFirst: (() => void) | undefined;
      try {
        giveBackFirst = take(address, first.length);
        const stream = openStream(req, res);
        viewers.set(stream, json);
        hub.join(streamGroup(protocol.kind, callerEnvironment(res)), stream, first);
        stream.onSent(giveBackFirst);
        stream.onClose(giveBackViewer);
      } catch (error) {
        giveBackViewer();
        giveBackFirst?.();
        throw error;
      }
    },
    close,
  };
}

/** Asks every client on a ping stream to look again, whatever changed. Returns a function that unsubscribes. */
export function notifyPings({ store, hub }: Pick<SdkDeps, 'store' | 'hub'>): () => void {
  return store.subscribe(({ environment }) => hub.broadcast(streamGroup('ping', environment), PING));
}
