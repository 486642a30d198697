import { type Request, type RequestHandler, Router } from 'express';
import { createAddressQuota } from '../middleware/address-quota.ts';
import { byFirstSegment } from '../middleware/by-first-segment.ts';
import { apiEndpoint } from '../problems/error-handler.ts';
import { clientCors } from './client/client-cors.ts';
import { createClientFlags } from './client/client-flags.ts';
import { createClientRouter, evalStream } from './client/client-router.ts';
import { createClientStreams, notifyPings, RETAINED_BYTES } from './client/client-streams.ts';
import { createViewerOf } from './client/viewer.ts';
import { createEventsRouter } from './events/events-router.ts';
import { createFdv2Router, evalChangesStream, notifyChangeStreams } from './fdv2/fdv2-router.ts';
import { createPayloadIds } from './shared/payload-id.ts';
import { createOpenStreams } from './shared/open-stream.ts';
import type { ClosableRouter, SdkDeps } from './shared/sdk-deps.ts';
import { createSdkAuth } from './shared/sdk-auth.ts';
import { createServerRouter, notifyServerStreams } from './server/server-router.ts';

/** The first segments of all paths below. */
const FIRST_SEGMENTS = 'sdk msdk all eval meval ping mping events bulk diagnostic mobile a'.split(' ');

const wantsStream = ({ method, headers }: Request): boolean =>
  method === 'GET' && headers.accept?.includes('text/event-stream') === true;

/** Paths that pages of other origins request. */
const BROWSER_PATHS = [
  '/sdk/evalx',
  '/sdk/goals',
  '/sdk/poll/eval',
  '/sdk/stream/eval',
  '/eval',
  '/ping',
  '/events/bulk',
  '/events/diagnostic',
  '/a',
];
/** Paths of applications with a mobile key, some of which are web views. */
const MOBILE_PATHS = ['/msdk/evalx', '/meval', '/mping', '/mobile'];

/** Polls and evaluations, which have a rate limit; streams and events have limits of their own. */
const POLLED_PATHS = [
  '/sdk/latest-all',
  '/sdk/flags',
  '/sdk/segments',
  '/sdk/poll',
  '/sdk/evalx',
  '/sdk/goals',
  '/msdk/evalx',
];

/** LaunchDarkly's SDK protocol, at the root. Mounted before the management API, which shares the path `/flags`. */
export function createSdkRouter(deps: SdkDeps): ClosableRouter {
  const { store, hub, keys, events, limits, now } = deps;
  const auth = createSdkAuth(deps);
  const openStreams = createOpenStreams({ hub, keys, now, limits: deps.streamLimits });
  const openStream = openStreams.open;
  const viewerOf = createViewerOf(deps);
  const payloadIds = createPayloadIds(store);
  const clientFlags = createClientFlags(store);
  const clientStreams = { store, hub, openStream, retained: createAddressQuota(RETAINED_BYTES) };
  const evalStreams = createClientStreams(clientStreams, evalStream(clientFlags));
  const evalChangesStreams = createClientStreams(clientStreams, evalChangesStream(clientFlags));
  const unsubscribe = [
    notifyServerStreams({ store, hub }),
    notifyChangeStreams({ store, hub, payloadIds }),
    notifyPings({ store, hub }),
    evalStreams.close,
    evalChangesStreams.close,
    openStreams.close,
  ];

  const router = Router();
  router.use([...BROWSER_PATHS, ...MOBILE_PATHS], clientCors(deps));
  router.use([...POLLED_PATHS], apiEndpoint, limits.evaluations);
  router.use(createServerRouter({ store, hub }, auth, openStream));
  router.use(
    createClientRouter({ store, hub, clientFlags, streams: evalStreams, openStream, viewerOf }, auth),
  );
  router.use(
    createFdv2Router(
      { store, hub, payloadIds, clientFlags, streams: evalChangesStreams, openStream, viewerOf },
      auth,
    ),
  );
  router.use(createEventsRouter({ events }, auth));
  return {
    router: byFirstSegment(
      new Map<string, RequestHandler>([
        ...FIRST_SEGMENTS.map((segment) => [segment, router] as const),
        // The management API lists flags at the same path; a stream needs `Accept: text/event-stream`.
        ['flags', (req, res, next) => (wantsStream(req) ? router(req, res, next) : next())] as const,
      ]),
    ),
    close() {
      for (const each of unsubscribe) each();
    },
  };
}
