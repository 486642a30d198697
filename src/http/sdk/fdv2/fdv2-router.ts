import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Context } from '../../../evaluation/model.ts';
import { oncePer } from '../../../shared/once-per.ts';
import type { Snapshot } from '../../../store/store.ts';
import { callerEnvironment } from '../../auth/principal.ts';
import { inBody, inPath } from '../client/client-context.ts';
import type { ClientFlags, Viewer } from '../client/client-flags.ts';
import type { ClientProtocol, ClientStreams } from '../client/client-streams.ts';
import type { ViewerOf } from '../client/viewer.ts';
import { loadedSnapshot } from '../shared/environment-snapshot.ts';
import { streamGroup } from '../shared/stream-group.ts';
import type { OpenStream } from '../shared/open-stream.ts';
import {
  createPollResponse,
  createSharedPollResponse,
  type PollResponse,
  sendPollResponse,
} from '../shared/poll-response.ts';
import type { SdkDeps } from '../shared/sdk-deps.ts';
import type { SdkAuth } from '../shared/sdk-auth.ts';
import { viewerCatchUp, viewerChanges, viewerPayload } from './client-changes.ts';
import type { PayloadIds } from '../shared/payload-id.ts';
import { readSelector, type Selector } from './selector.ts';
import { catchUp, changesChunk, reasonForAll } from './server-changes.ts';
import { pollJson, streamChunk, type TransferEvent } from './transfer.ts';

/** A viewer on a stream of the second protocol, with the payload that its selectors name. */
export interface PayloadViewer extends Viewer {
  readonly payload: string;
}

export const evalChangesStream = (clientFlags: ClientFlags): ClientProtocol<PayloadViewer> => ({
  kind: 'eval-changes',
  next(event, viewer) {
    const updates = clientFlags.updates(event, viewer);
    if (updates.length === 0) return undefined;
    const at = { payload: viewer.payload, sequence: event.snapshot.sequence };
    return streamChunk(viewerChanges(updates, at));
  },
});

export interface Fdv2Deps extends Pick<SdkDeps, 'store' | 'hub'> {
  readonly payloadIds: PayloadIds;
  readonly clientFlags: ClientFlags;
  readonly streams: ClientStreams<PayloadViewer>;
  readonly openStream: OpenStream;
  readonly viewerOf: ViewerOf;
}

/** What a server-side SDK says of itself, and what it is compared with. */
interface ServerRequest {
  readonly payload: string;
  readonly snapshot: Snapshot;
  readonly basis: Selector | undefined;
}

/** The second protocol ("data saving mode"): a client that says what it has gets only what it lacks. */
export function createFdv2Router(
  { store, hub, payloadIds, clientFlags, streams, openStream, viewerOf }: Fdv2Deps,
  auth: Pick<SdkAuth, 'sdkKey' | 'browserOrMobile'>,
): Router {
  async function forServer(req: Request, res: Response): Promise<ServerRequest> {
    const payload = await payloadIds.of(callerEnvironment(res));
    // After the last await: a client that joins a stream now must not miss a change in between.
    return {
      payload,
      snapshot: loadedSnapshot(store, callerEnvironment(res)),
      basis: readSelector(req.query['basis']),
    };
  }

  /** By why it is sent; every server of a fleet gets the same. */
  const wholes = oncePer((_snapshot: Snapshot) => new Map<string, PollResponse>());

  const pollForServer: RequestHandler = async (req, res) => {
    const { payload, snapshot, basis } = await forServer(req, res);
    const reason = reasonForAll(store, snapshot, payload, basis);
    const write = (): string => pollJson(catchUp(store, snapshot, payload, basis));
    if (reason === undefined) {
      sendPollResponse(req, res, createPollResponse(write()));
      return;
    }
    const whole = wholes(snapshot).get(reason) ?? createSharedPollResponse(write());
    wholes(snapshot).set(reason, whole);
    sendPollResponse(req, res, whole);
  };

  const followForServer: RequestHandler = async (req, res) => {
    const { payload, snapshot, basis } = await forServer(req, res);
    const first = streamChunk(catchUp(store, snapshot, payload, basis));
    hub.join(streamGroup('changes', callerEnvironment(res)), openStream(req, res), first);
  };

  async function viewerWithPayload(req: Request, res: Response, context: Context): Promise<PayloadViewer> {
    const viewer = viewerOf(req, res, context);
    return { ...viewer, payload: viewerPayload(await payloadIds.of(callerEnvironment(res)), viewer) };
  }

  function forViewer(req: Request, res: Response, viewer: PayloadViewer): readonly TransferEvent[] {
    const snapshot = loadedSnapshot(store, callerEnvironment(res));
    return viewerCatchUp(clientFlags, snapshot, viewer, viewer.payload, readSelector(req.query['basis']));
  }

  async function poll(req: Request, res: Response, context: Context): Promise<void> {
    const viewer = await viewerWithPayload(req, res, context);
    sendPollResponse(req, res, createPollResponse(pollJson(forViewer(req, res, viewer))));
  }

  async function follow(req: Request, res: Response, context: Context): Promise<void> {
    const viewer = await viewerWithPayload(req, res, context);
    const first = streamChunk(forViewer(req, res, viewer));
    streams.open(req, res, viewer, first);
  }

  const router = Router();
  router.get('/sdk/poll', auth.sdkKey, pollForServer);
  router.get('/sdk/stream', auth.sdkKey, followForServer);
  router.get('/sdk/poll/eval/:context', auth.browserOrMobile, inPath(poll));
  router.post('/sdk/poll/eval', auth.browserOrMobile, inBody(poll));
  router.get('/sdk/stream/eval/:context', auth.browserOrMobile, inPath(follow));
  router.post('/sdk/stream/eval', auth.browserOrMobile, inBody(follow));
  return router;
}

/** Tells every open server-side stream of the second protocol what changed. Returns a function that unsubscribes. */
export function notifyChangeStreams({
  store,
  hub,
  payloadIds,
}: Pick<Fdv2Deps, 'store' | 'hub' | 'payloadIds'>): () => void {
  return store.subscribe((event) => {
    const group = streamGroup('changes', event.environment);
    if (hub.size(group) === 0) return;
    const chunk = changesChunk(event, payloadIds.known(event.environment));
    if (chunk !== undefined) hub.broadcast(group, chunk);
  });
}
