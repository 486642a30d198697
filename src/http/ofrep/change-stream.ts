import type { RequestHandler } from 'express';
import type { Snapshot } from '../../store/store.ts';
import { encodeEvent } from '../sse/encode-event.ts';
import { loadedSnapshot } from '../sdk/shared/environment-snapshot.ts';
import type { PayloadIds } from '../sdk/shared/payload-id.ts';
import { streamGroup } from '../sdk/shared/stream-group.ts';
import { createOpenStreams } from '../sdk/shared/open-stream.ts';
import type { SdkDeps } from '../sdk/shared/sdk-deps.ts';
import { clientSideIdIn } from '../sdk/shared/path-parameters.ts';
import { configEtag } from './config-etag.ts';

/** Followed by the environment's client-side ID, which is public: EventSource sends no headers, and secrets don't go into addresses. */
export const STREAM_PATH = '/ofrep/v1/event-streams';

export interface ChangeStream {
  readonly handler: RequestHandler;
  readonly close: () => void;
}

/** Tells OFREP clients that the configuration changed, so that they evaluate again; nothing of what it is. */
export function createChangeStream(
  {
    store,
    hub,
    identity,
    keys,
    streamLimits,
    now,
  }: Pick<SdkDeps, 'store' | 'hub' | 'identity' | 'keys' | 'streamLimits' | 'now'>,
  payloadIds: PayloadIds,
): ChangeStream {
  const openStreams = createOpenStreams({ hub, keys, now, limits: streamLimits });

  const leave = store.subscribe(({ environment, snapshot }) => {
    const group = streamGroup('ofrep', environment);
    if (hub.size(group) > 0) hub.broadcast(group, changed(payloadIds.known(environment), snapshot));
  });

  const handler: RequestHandler = async (req, res) => {
    const environment = await identity.acceptClientSideId(clientSideIdIn(req), res);
    const payload = await payloadIds.of(environment);
    const snapshot = loadedSnapshot(store, environment);
    const isLevel = req.get('Last-Event-ID') === eventId(payload, snapshot);
    // Between a client's evaluation and its stream a change may have come: so a client that may not be up to date must evaluate again.
    const first = isLevel ? undefined : changed(payload, snapshot);
    hub.join(streamGroup('ofrep', environment), openStreams.open(req, res), first);
  };

  return {
    handler,
    close() {
      leave();
      openStreams.close();
    },
  };
}

const eventId = (payload: string, { sequence }: Snapshot): string => `${payload}-${sequence}`;

const changed = (payload: string, snapshot: Snapshot): Buffer =>
  encodeEvent({
    event: 'message',
    id: eventId(payload, snapshot),
    data: JSON.stringify({ type: 'refetchEvaluation', etag: configEtag(payload, snapshot) }),
  });
