import { Router, type RequestHandler } from 'express';
import type { ItemRecord, Snapshot } from '../../../store/store.ts';
import { oncePer } from '../../../shared/once-per.ts';
import { callerEnvironment } from '../../auth/principal.ts';
import { Problem } from '../../problems/problem.ts';
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
import { pathParameter } from '../shared/path-parameters.ts';
import { updatesOf } from './item-updates.ts';
import { ALL_STREAM, allJson, FLAGS_STREAM } from './server-events.ts';
import { payloadJson, payloadMap } from './payload-json.ts';

const STREAMS = { all: ALL_STREAM, flags: FLAGS_STREAM } as const;

/** What server-side SDKs ask in the classic protocol: streams and polls of whole definitions. */
export function createServerRouter(
  { store, hub }: Pick<SdkDeps, 'store' | 'hub'>,
  { sdkKey }: Pick<SdkAuth, 'sdkKey'>,
  openStream: OpenStream,
): Router {
  const latestAll = oncePer((snapshot: Snapshot) => createSharedPollResponse(allJson(snapshot)));
  const latestFlags = oncePer((snapshot: Snapshot) => createSharedPollResponse(payloadMap(snapshot.flags)));
  const put = {
    all: oncePer(ALL_STREAM.put),
    flags: oncePer(FLAGS_STREAM.put),
  };

  const stream =
    (kind: keyof typeof STREAMS): RequestHandler =>
    (req, res) => {
      const environment = callerEnvironment(res);
      const snapshot = loadedSnapshot(store, environment);
      hub.join(streamGroup(kind, environment), openStream(req, res), put[kind](snapshot));
    };

  const poll =
    (answerOf: (snapshot: Snapshot) => PollResponse): RequestHandler =>
    (req, res) =>
      sendPollResponse(req, res, answerOf(loadedSnapshot(store, callerEnvironment(res))));

  const item =
    (recordOf: (snapshot: Snapshot, key: string) => ItemRecord | undefined): RequestHandler =>
    (req, res) => {
      const record = recordOf(loadedSnapshot(store, callerEnvironment(res)), pathParameter(req, 'key'));
      const json = record === undefined ? undefined : payloadJson(record);
      if (json === undefined) throw new Problem(404, 'not_found', 'There is nothing of this key here.');
      sendPollResponse(req, res, createPollResponse(json));
    };

  const router = Router();
  router.get('/all', sdkKey, stream('all'));
  router.get('/flags', sdkKey, stream('flags'));
  router.get('/sdk/latest-all', sdkKey, poll(latestAll));
  router.get('/sdk/flags', sdkKey, poll(latestFlags));
  router.get(
    '/sdk/flags/:key',
    sdkKey,
    item(({ flags }, key) => flags.get(key)),
  );
  router.get(
    '/sdk/segments/:key',
    sdkKey,
    item(({ segments }, key) => segments.get(key)),
  );
  return router;
}

/** Tells every open server-side stream what changed; one buffer for all of them. Returns a function that unsubscribes. */
export function notifyServerStreams({ store, hub }: Pick<SdkDeps, 'store' | 'hub'>): () => void {
  return store.subscribe((event) => {
    const updates = updatesOf(event);
    for (const kind of ['all', 'flags'] as const) {
      const group = streamGroup(kind, event.environment);
      if (hub.size(group) === 0) continue;
      const chunk = STREAMS[kind].updates(updates);
      if (chunk !== undefined) hub.broadcast(group, chunk);
    }
  });
}
