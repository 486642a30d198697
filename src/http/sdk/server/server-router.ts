import { Router, type RequestHandler } from 'express';
import type { ItemRecord, Snapshot } from '../../../store/store.ts';
import { environmentOf } from '../../auth/principal.ts';
import { Problem } from '../../problems/problem.ts';
import { oncePerSnapshot, snapshotOf } from '../shared/environment-snapshot.ts';
import { groupOf } from '../shared/groups.ts';
import type { OpenStream } from '../shared/open-stream.ts';
import { createPollAnswer, type PollAnswer, sendPollAnswer } from '../shared/poll-response.ts';
import type { SdkDeps } from '../sdk-deps.ts';
import type { SdkGuards } from '../sdk-guards.ts';
import { pathParameter } from '../shared/path-parameter.ts';
import { updatesOf } from './item-updates.ts';
import { ALL_STREAM, allJson, FLAGS_STREAM } from './server-events.ts';
import { wireJson, wireMap } from './wire-json.ts';

const STREAMS = { all: ALL_STREAM, flags: FLAGS_STREAM } as const;

/** What server-side SDKs ask in the classic protocol: streams and polls of whole definitions. */
export function createServerRouter(
  { store, hub }: Pick<SdkDeps, 'store' | 'hub'>,
  { sdkKey }: Pick<SdkGuards, 'sdkKey'>,
  openStream: OpenStream,
): Router {
  const latestAll = oncePerSnapshot((snapshot) => createPollAnswer(allJson(snapshot)));
  const latestFlags = oncePerSnapshot((snapshot) => createPollAnswer(wireMap(snapshot.flags)));
  const put = {
    all: oncePerSnapshot(ALL_STREAM.put),
    flags: oncePerSnapshot(FLAGS_STREAM.put),
  };

  const stream =
    (kind: keyof typeof STREAMS): RequestHandler =>
    (req, res) => {
      const environment = environmentOf(res);
      const snapshot = snapshotOf(store, environment);
      hub.join(groupOf(kind, environment), openStream(req, res), put[kind](snapshot));
    };

  const poll =
    (answerOf: (snapshot: Snapshot) => PollAnswer): RequestHandler =>
    (req, res) =>
      sendPollAnswer(req, res, answerOf(snapshotOf(store, environmentOf(res))));

  const item =
    (recordOf: (snapshot: Snapshot, key: string) => ItemRecord | undefined): RequestHandler =>
    (req, res) => {
      const record = recordOf(snapshotOf(store, environmentOf(res)), pathParameter(req, 'key'));
      const json = record === undefined ? undefined : wireJson(record);
      if (json === undefined) throw new Problem(404, 'not_found', 'There is nothing of this key here.');
      sendPollAnswer(req, res, createPollAnswer(json));
    };

  const router = Router();
  router.get('/all', sdkKey, stream('all'));
  // The management API lists flags at the same path; only who asks for a stream gets one.
  router.get('/flags', onlyEventStreams, sdkKey, stream('flags'));
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

const onlyEventStreams: RequestHandler = (req, _res, next) => {
  if (req.headers.accept?.includes('text/event-stream') === true) next();
  else next('route');
};

/** Tells every open server-side stream what changed; one buffer for all of them. Returns the way out. */
export function followWithServerStreams({ store, hub }: Pick<SdkDeps, 'store' | 'hub'>): () => void {
  return store.subscribe((event) => {
    const updates = updatesOf(event);
    for (const kind of ['all', 'flags'] as const) {
      const group = groupOf(kind, event.environment);
      if (hub.size(group) === 0) continue;
      const chunk = STREAMS[kind].updates(updates);
      if (chunk !== undefined) hub.broadcast(group, chunk);
    }
  });
}
