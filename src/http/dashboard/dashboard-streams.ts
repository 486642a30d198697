import type { EnvironmentRef } from '../../store/store.ts';
import { Problem } from '../problems/problem.ts';
import { encodeEvent } from '../sse/encode-event.ts';
import { type EventStream, openEventStream } from '../sse/event-stream.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { Visit } from './dashboard-scope.ts';
import type { EvaluationMeter } from './meters/evaluation-meter.ts';
import { levelMeters } from './meters/level-meters.ts';

const MAX_STREAMS = 200;
/** Then the browser connects again and its session is checked anew. */
const STREAM_LIFE_MS = 5 * 60_000;
const RETURN_MS = 1_000;
const RETRY_MS = 2_000;
const NOTHING_SERVED = '[]';

/** The event stream of open pages: `here` first, `changed` when a flag or the flag source changed, `levels` when the meters move. */
export interface DashboardStreams {
  /** @throws Problem 429 */
  open(visit: Visit): void;
  close(): void;
}

interface Audience {
  readonly environment: EnvironmentRef;
  readonly streams: Map<EventStream, number>;
  /** The last levels. */
  sent: string;
}

export function createDashboardStreams(
  {
    store,
    streams: hub,
    flagStatus,
    now,
    log,
    meterMs = 1_000,
  }: Pick<DashboardDeps, 'store' | 'streams' | 'flagStatus' | 'now' | 'log' | 'meterMs'>,
  meter: EvaluationMeter,
): DashboardStreams {
  const audiences = new Map<string, Audience>();
  let source = flagStatus().source;

  const sequenceOf = (environment: EnvironmentRef): number => store.snapshot(environment)?.sequence ?? 0;

  const unsubscribe = store.subscribe(({ environment, snapshot }) => {
    hub.broadcast(groupOf(environment), changedEvent(snapshot.sequence));
  });

  const tick = (): void => {
    meter.sample();
    const sourceNow = flagStatus().source;
    for (const [group, audience] of audiences) {
      if (sourceNow !== source) hub.broadcast(group, encodeEvent({ event: 'changed', data: '{}' }));
      sendLevels(group, audience);
      for (const [stream, until] of audience.streams) if (now() >= until) stream.end(RETURN_MS);
    }
    source = sourceNow;
  };
  const sendLevels = (group: string, audience: Audience): void => {
    const data = JSON.stringify(levelsOf(audience.environment));
    if (data === audience.sent) return;
    audience.sent = data;
    hub.broadcast(group, encodeEvent({ event: 'levels', data }));
  };
  /** Of flags that were served since the start, so that meters also fall to zero. */
  const levelsOf = (environment: EnvironmentRef) =>
    [...(store.snapshot(environment)?.flags.values() ?? [])].flatMap((record) => {
      const levels = meter.levels(environment, record.key);
      return levels.length === 0 ? [] : [{ key: record.key, levels: levelMeters(record, levels) }];
    });

  const timer = setInterval(() => {
    try {
      tick();
    } catch (error) {
      log.error({ err: error }, 'the level meters could not be read');
    }
  }, meterMs);
  timer.unref();

  return {
    open: ({ req, res, scope: { environment } }) => {
      const open = [...audiences.values()].reduce((sum, { streams }) => sum + streams.size, 0);
      if (open >= MAX_STREAMS) {
        throw new Problem(
          429,
          'too_many_streams',
          'Too many dashboards are open; this one does not update itself.',
          {
            headers: { 'retry-after': '30' },
          },
        );
      }
      const stream = openEventStream(req, res);
      const group = groupOf(environment);
      const audience = audiences.get(group) ?? {
        environment,
        streams: new Map<EventStream, number>(),
        sent: NOTHING_SERVED,
      };
      audiences.set(group, audience);
      audience.streams.set(stream, now() + STREAM_LIFE_MS);
      stream.onClose(() => {
        audience.streams.delete(stream);
        if (audience.streams.size === 0) audiences.delete(group);
      });
      const data = JSON.stringify({ sequence: sequenceOf(environment) });
      hub.join(group, stream, encodeEvent({ event: 'here', data, retry: RETRY_MS }));
    },
    close: () => {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

const changedEvent = (sequence: number): Buffer =>
  encodeEvent({ event: 'changed', data: JSON.stringify({ sequence }) });

const groupOf = ({ project, environment }: EnvironmentRef): string =>
  `dashboard ${JSON.stringify([project, environment])}`;
