import { Router } from 'express';
import { apiDoor } from '../problems/errors.ts';
import { clientCors } from './client/client-cors.ts';
import { createClientFlags } from './client/client-flags.ts';
import { createClientRouter, evalStream } from './client/client-router.ts';
import { createClientStreams, followWithPings } from './client/client-streams.ts';
import { createViewerOf } from './client/viewer.ts';
import { createEventsRouter } from './events/events-router.ts';
import { createFdv2Router, evalChangesStream, followWithChangeStreams } from './fdv2/fdv2-router.ts';
import { createPayloadIds } from './shared/payload-id.ts';
import { createOpenStreams } from './shared/open-stream.ts';
import type { SdkDeps } from './sdk-deps.ts';
import { createSdkGuards } from './sdk-guards.ts';
import { createServerRouter, followWithServerStreams } from './server/server-router.ts';

export interface SdkDoor {
  readonly router: Router;
  /** Follows the store no more. The streams are the hub's, and ended by its owner. */
  close(): void;
}

/** What pages of other origins ask for. */
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
/** The same for applications with a mobile key, of which some are web views. */
const MOBILE_PATHS = ['/msdk/evalx', '/meval', '/mping', '/mobile'];

/** What is asked again and again; streams and reports of events are bounded otherwise. */
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
export function createSdkRouter(deps: SdkDeps): SdkDoor {
  const { store, hub, keys, events, limits, now } = deps;
  const guards = createSdkGuards(deps);
  const openStreams = createOpenStreams({ hub, keys, now, limits: deps.streamLimits });
  const openStream = openStreams.open;
  const viewerOf = createViewerOf(deps);
  const payloadIds = createPayloadIds(store);
  const clientFlags = createClientFlags(store);
  const evalStreams = createClientStreams({ store, hub }, evalStream(clientFlags));
  const evalChangesStreams = createClientStreams({ store, hub }, evalChangesStream(clientFlags));
  const leave = [
    followWithServerStreams({ store, hub }),
    followWithChangeStreams({ store, hub, payloadIds }),
    followWithPings({ store, hub }),
    evalStreams.close,
    evalChangesStreams.close,
    openStreams.close,
  ];

  const router = Router();
  router.use([...BROWSER_PATHS, ...MOBILE_PATHS], clientCors(deps));
  router.use([...POLLED_PATHS], apiDoor, limits.programs);
  router.use(createServerRouter({ store, hub }, guards, openStream));
  router.use(
    createClientRouter({ store, hub, clientFlags, streams: evalStreams, openStream, viewerOf }, guards),
  );
  router.use(
    createFdv2Router(
      { store, hub, payloadIds, clientFlags, streams: evalChangesStreams, openStream, viewerOf },
      guards,
    ),
  );
  router.use(createEventsRouter({ events }, guards));
  return {
    router,
    close() {
      for (const way of leave) way();
    },
  };
}
