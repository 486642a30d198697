import type { Request, Response } from 'express';
import type { EnvironmentRef } from '../../store/store.ts';
import { Problem } from '../problems/problem.ts';
import { encodeEvent } from '../sse/encode-event.ts';
import { type EventStream, openEventStream } from '../sse/event-stream.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { DeskPlace } from './dashboard-scope.ts';
import type { EvaluationMeter } from './evaluation-meter.ts';
import { levelMeters } from './flag-card.ts';

/** So many desks can be open at once. */
const MAX_STREAMS = 200;
/** Then it is asked anew who is there: a session that has ended does not listen on. */
const STREAM_LIFE_MS = 5 * 60_000;
const RETURN_MS = 1_000;
const RETRY_MS = 2_000;
const NOTHING_SERVED = '[]';

/** What open desks are told: `changed` when there is something else to see, `levels` when the meters move. */
export interface DeskStreams {
  /** @throws Problem 429 */
  open(req: Request, res: Response, place: DeskPlace): void;
  close(): void;
}

interface Place {
  readonly environment: EnvironmentRef;
  readonly streams: Map<EventStream, number>;
  told: string;
}

export function createDeskStreams(
  {
    store,
    streams: hub,
    flagStatus,
    now,
    log,
    meterMs = 1_000,
  }: Pick<DashboardDeps, 'store' | 'streams' | 'flagStatus' | 'now' | 'log' | 'meterMs'>,
  meter: EvaluationMeter,
): DeskStreams {
  const places = new Map<string, Place>();
  let source = flagStatus().source;

  const sequenceOf = (environment: EnvironmentRef): number => store.snapshot(environment)?.sequence ?? 0;

  const unsubscribe = store.subscribe(({ environment, snapshot }) => {
    hub.broadcast(groupOf(environment), changedEvent(snapshot.sequence));
  });

  const tick = (): void => {
    meter.sample();
    const sourceNow = flagStatus().source;
    for (const [group, place] of places) {
      if (sourceNow !== source) hub.broadcast(group, encodeEvent({ event: 'changed', data: '{}' }));
      tellLevels(group, place);
      for (const [stream, until] of place.streams) if (now() >= until) stream.end(RETURN_MS);
    }
    source = sourceNow;
  };
  const tellLevels = (group: string, place: Place): void => {
    const data = JSON.stringify(levelsOf(place.environment));
    if (data === place.told) return;
    place.told = data;
    hub.broadcast(group, encodeEvent({ event: 'levels', data }));
  };
  /** Of the flags that were ever served: those that fall silent go down to nothing. */
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
    open: (req, res, { environment }) => {
      const open = [...places.values()].reduce((sum, { streams }) => sum + streams.size, 0);
      if (open >= MAX_STREAMS) {
        throw new Problem(
          429,
          'too_many_streams',
          'Too many desks are open; this one is as fresh as its last loading.',
          {
            headers: { 'retry-after': '30' },
          },
        );
      }
      const stream = openEventStream(req, res);
      const group = groupOf(environment);
      const place = places.get(group) ?? {
        environment,
        streams: new Map<EventStream, number>(),
        told: NOTHING_SERVED,
      };
      places.set(group, place);
      place.streams.set(stream, now() + STREAM_LIFE_MS);
      stream.onClose(() => {
        place.streams.delete(stream);
        if (place.streams.size === 0) places.delete(group);
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
  `desk ${JSON.stringify([project, environment])}`;
