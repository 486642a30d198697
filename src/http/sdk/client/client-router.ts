import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Context } from '../../../evaluation/model.ts';
import { callerEnvironment } from '../../auth/principal.ts';
import { loadedSnapshot } from '../shared/environment-snapshot.ts';
import { streamGroup } from '../shared/stream-group.ts';
import type { OpenStream } from '../shared/open-stream.ts';
import { createPollResponse, sendPollResponse } from '../shared/poll-response.ts';
import type { SdkDeps } from '../shared/sdk-deps.ts';
import type { SdkAuth } from '../shared/sdk-auth.ts';
import { inBody, inPath } from './client-context.ts';
import { clientPatches, clientPut, PING } from './client-events.ts';
import type { ClientFlags, Viewer } from './client-flags.ts';
import type { ClientProtocol, ClientStreams } from './client-streams.ts';
import type { ViewerOf } from './viewer.ts';

/** The classic protocol's client-side streams: `put`, then `patch` and `delete`. */
export const evalStream = (clientFlags: ClientFlags): ClientProtocol<Viewer> => ({
  kind: 'eval',
  next: (event, viewer) => clientPatches(clientFlags.updates(event, viewer), event.snapshot.sequence),
});

export interface ClientRouterDeps extends Pick<SdkDeps, 'store' | 'hub'> {
  readonly clientFlags: ClientFlags;
  readonly streams: ClientStreams<Viewer>;
  readonly openStream: OpenStream;
  readonly viewerOf: ViewerOf;
}

const NO_GOALS = createPollResponse('[]');

// Click goals were LaunchDarkly's first experiments; there are none here.
const noGoals: RequestHandler = (req, res) => sendPollResponse(req, res, NO_GOALS);

/** The classic protocol for browsers and mobiles: evaluations of their context, and streams of them. */
export function createClientRouter(
  { store, hub, clientFlags, streams, openStream, viewerOf }: ClientRouterDeps,
  auth: SdkAuth,
): Router {
  function evaluate(req: Request, res: Response, context: Context): void {
    const viewer = viewerOf(req, res, context);
    const flags = clientFlags.all(loadedSnapshot(store, callerEnvironment(res)), viewer);
    sendPollResponse(req, res, createPollResponse(JSON.stringify(flags)));
  }

  function follow(req: Request, res: Response, context: Context): void {
    const viewer = viewerOf(req, res, context);
    const environment = callerEnvironment(res);
    const first = clientPut(clientFlags.all(loadedSnapshot(store, environment), viewer));
    streams.open(req, res, viewer, first);
  }

  const ping: RequestHandler = (req, res) => {
    const environment = callerEnvironment(res);
    loadedSnapshot(store, environment);
    // The first one tells a client that was away to look again.
    hub.join(streamGroup('ping', environment), openStream(req, res), PING);
  };

  const router = Router();

  /** The same evaluation for each kind of caller, by GET and by REPORT, under its new and its old name. */
  function evaluation(prefix: string, guard: RequestHandler[]): void {
    for (const name of ['context', 'user']) {
      router.get(`${prefix}/${name}s/:context`, guard, inPath(evaluate));
      router.report(`${prefix}/${name}`, guard, inBody(evaluate));
    }
  }
  evaluation('/sdk/evalx', auth.sdkKey);
  evaluation('/sdk/evalx/:env', auth.browser);
  evaluation('/msdk/evalx', auth.mobileKey);

  router.get('/eval/:env/:context', auth.browser, inPath(follow));
  router.report('/eval/:env', auth.browser, inBody(follow));
  router.get('/meval/:context', auth.mobileKey, inPath(follow));
  router.report('/meval', auth.mobileKey, inBody(follow));

  router.get('/ping/:env', auth.browser, ping);
  router.get('/mping', auth.mobileKey, ping);
  router.get('/sdk/goals/:env', auth.browser, noGoals);
  return router;
}
