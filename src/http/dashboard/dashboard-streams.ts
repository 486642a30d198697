import type { EnvironmentRef } from '../../store/store.ts';
import { queryOf } from '../input/parse.ts';
import { Problem } from '../problems/problem.ts';
import { encodeEvent } from '../sse/encode-event.ts';
import { type EventStream, openEventStream } from '../sse/event-stream.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { Visit } from './dashboard-scope.ts';
import { listenerMeters } from './meters/listener-meters.ts';
import { decidesSite, isSiteFlag } from './meters/page-counts.ts';

const MAX_STREAMS = 200;
const MAX_METERED_FLAGS = 20;
/** Then the browser connects again and its session is checked anew. */
const STREAM_LIFE_MS = 5 * 60_000;
const RETURN_MS = 1_000;
const RETRY_MS = 2_000;

/**
 * The event stream of open pages: `here` first, `changed` when a flag or the flag source changed, `levels` when the meters
 * of the flags that `?flags=` names have moved.
 */
export interface DashboardStreams {
  /** @throws Problem 429 */
  open(visit: Visit): void;
  close(): void;
}

/** Pages that show the same flags of the same environment. */
interface Audience {
  readonly environment: EnvironmentRef;
  readonly flags: readonly string[];
  /** Each stream with the time when it ends. */
  readonly streams: Map<EventStream, number>;
  /** The last levels. */
  sent: string;
}

export function createDashboardStreams(
  {
    store,
    streams: hub,
    flagStatus,
    contexts,
    pages,
    now,
    log,
    meterMs = 1_000,
  }: Pick<
    DashboardDeps,
    'store' | 'streams' | 'flagStatus' | 'contexts' | 'pages' | 'now' | 'log' | 'meterMs'
  >,
  sample: () => void,
): DashboardStreams {
  const audiences = new Map<string, Audience>();
  let source = flagStatus().source;

  const unsubscribe = store.subscribe(({ environment, snapshot }) => {
    const { sequence } = snapshot;
    const changed = encodeEvent({ event: 'changed', data: JSON.stringify({ sequence }) });
    for (const [group, audience] of audiences) {
      if (isSame(audience.environment, environment)) hub.broadcast(group, changed);
    }
  });

  const tick = (): void => {
    sample();
    const sourceNow = flagStatus().source;
    for (const [group, audience] of audiences) {
      if (sourceNow !== source) hub.broadcast(group, encodeEvent({ event: 'changed', data: '{}' }));
      sendLevels(group, audience);
      for (const [stream, until] of audience.streams) if (now() >= until) stream.end(RETURN_MS);
    }
    source = sourceNow;
  };
  const sendLevels = (group: string, audience: Audience): void => {
    const data = levelsOf(audience);
    if (data === audience.sent) return;
    audience.sent = data;
    hub.broadcast(group, encodeEvent({ event: 'levels', data }));
  };
  const levelsOf = ({ environment, flags }: Pick<Audience, 'environment' | 'flags'>): string => {
    const snapshot = store.snapshot(environment);
    const seen = decidesSite(environment) && flags.length > 0 ? contexts() : [];
    const levels = flags.flatMap((key) => {
      const record = snapshot?.flags.get(key);
      if (record === undefined || snapshot === undefined) return [];
      const ofSite = isSiteFlag(environment, key) ? { pages: pages() } : {};
      return [{ key, ...listenerMeters(record, snapshot, seen), ...ofSite }];
    });
    return JSON.stringify(levels);
  };

  const timer = setInterval(() => {
    try {
      tick();
    } catch (error) {
      log.error({ err: error }, 'the meters could not be sampled');
    }
  }, meterMs);
  timer.unref();

  return {
    open: ({ req, res, scope: { environment, snapshot } }) => {
      const open = [...audiences.values()].reduce((sum, { streams }) => sum + streams.size, 0);
      if (open >= MAX_STREAMS) {
        throw new Problem(
          429,
          'too_many_streams',
          'Too many dashboards are open; this one does not update itself.',
          { headers: { 'retry-after': '30' } },
        );
      }
      const flags = (queryOf(req)['flags'] ?? '').split(',').filter(Boolean).slice(0, MAX_METERED_FLAGS);
      const group = `dashboard ${JSON.stringify([environment.project, environment.environment, flags])}`;
      const stream = openEventStream(req, res);
      const audience = audiences.get(group) ?? {
        environment,
        flags,
        streams: new Map<EventStream, number>(),
        sent: levelsOf({ environment, flags }),
      };
      audiences.set(group, audience);
      audience.streams.set(stream, now() + STREAM_LIFE_MS);
      stream.onClose(() => {
        audience.streams.delete(stream);
        if (audience.streams.size === 0) audiences.delete(group);
      });
      const data = JSON.stringify({ sequence: snapshot.sequence });
      hub.join(group, stream, encodeEvent({ event: 'here', data, retry: RETRY_MS }));
    },
    close: () => {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

const isSame = (a: EnvironmentRef, b: EnvironmentRef): boolean =>
  a.project === b.project && a.environment === b.environment;
