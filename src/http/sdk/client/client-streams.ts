import type { EnvironmentRef, FeedEvent } from '../../../store/store.ts';
import type { EventStream } from '../../sse/event-stream.ts';
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
  join(environment: EnvironmentRef, stream: EventStream, viewer: V, first: Buffer): void;
  /** Unsubscribes from the store. */
  readonly close: () => void;
}

export function createClientStreams<V extends Viewer>(
  { store, hub }: Pick<SdkDeps, 'store' | 'hub'>,
  protocol: ClientProtocol<V>,
): ClientStreams<V> {
  const viewers = new WeakMap<EventStream, V>();
  const close = store.subscribe((event) => {
    hub.broadcastEach(streamGroup(protocol.kind, event.environment), (stream) => {
      const viewer = viewers.get(stream);
      return viewer === undefined ? undefined : protocol.next(event, viewer);
    });
  });
  return {
    join(environment, stream, viewer, first) {
      viewers.set(stream, viewer);
      hub.join(streamGroup(protocol.kind, environment), stream, first);
    },
    close,
  };
}

/** Asks every client on a ping stream to look again, whatever changed. Returns a function that unsubscribes. */
export function notifyPings({ store, hub }: Pick<SdkDeps, 'store' | 'hub'>): () => void {
  return store.subscribe(({ environment }) => hub.broadcast(streamGroup('ping', environment), PING));
}
