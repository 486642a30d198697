import type { Request, Response } from 'express';
import type { Crowd, Seat, SeatEvent } from '../../../demo/crowd.ts';
import { Problem } from '../../problems/problem.ts';
import { encodeEvent } from '../../sse/encode-event.ts';
import { openEventStream } from '../../sse/event-stream.ts';
import type { DemoDeps } from '../demo-deps.ts';

/**
 * The stream of open dance floors: `floor` with every dot first and when all of it changed, `dots` with those that changed,
 * `counts` with what the service served, `changed` when something else on the page did.
 */
export interface FloorStream {
  /** @throws Problem 429 */
  open(req: Request, res: Response): void;
  /** Something besides the dots has changed. */
  changed(): void;
  close(): void;
}

/** Seat, persona, 0 for no page yet, 1 for control, 2 for treatment; 1 when the last page failed; what just happened. */
type Dot = readonly [seat: number, persona: number, answer: 0 | 1 | 2, failed: 0 | 1, kind: string];

const GROUP = 'floor';
const MAX_STREAMS = 50;
const FLUSH_MS = 100;
/** While releases judge, their sentences change. */
const LOOK_EVERY_FLUSHES = 7;

export function createFloorStream({
  crowd,
  served,
  streams: hub,
  stopwatch,
}: Pick<DemoDeps, 'crowd' | 'served' | 'streams' | 'stopwatch'>): FloorStream {
  let pending = new Map<number, SeatEvent>();
  let isAllNew = false;
  let hasChanged = false;
  let flushes = 0;
  let sentCounts = '';

  const unsubscribe = crowd.subscribe((event) => {
    if (event === undefined) isAllNew = true;
    // A page that comes after a play must not hide it.
    else if (event.kind !== 'page' || !pending.has(event.seat.seat)) pending.set(event.seat.seat, event);
    else pending.set(event.seat.seat, { ...event, kind: pending.get(event.seat.seat)?.kind ?? 'page' });
  });

  const flush = (): void => {
    flushes += 1;
    const events = pending;
    pending = new Map();
    if (hub.size(GROUP) === 0) return;
    const send = (event: string, data: unknown): void =>
      hub.broadcast(GROUP, encodeEvent({ event, data: JSON.stringify(data) }));
    if (isAllNew) send('floor', floorOf(crowd));
    else if (events.size > 0)
      send(
        'dots',
        [...events.values()].map(({ seat, kind }) => dotOf(seat, kind)),
      );
    const counts = JSON.stringify(served.count(crowd.seats()));
    if (counts !== sentCounts) hub.broadcast(GROUP, encodeEvent({ event: 'counts', data: counts }));
    sentCounts = counts;
    const isLively = crowd.run() !== undefined || stopwatch.isRunning();
    if (isAllNew || hasChanged || (isLively && flushes % LOOK_EVERY_FLUSHES === 0)) send('changed', {});
    isAllNew = false;
    hasChanged = false;
  };
  const timer = setInterval(flush, FLUSH_MS);
  timer.unref();

  return {
    open(req, res) {
      if (hub.size(GROUP) >= MAX_STREAMS)
        throw new Problem(429, 'too_many_streams', 'Too many dance floors are open; this one stands still.', {
          headers: { 'retry-after': '30' },
        });
      const first = [
        encodeEvent({ event: 'floor', data: JSON.stringify(floorOf(crowd)), retry: 1_000 }),
        encodeEvent({ event: 'counts', data: JSON.stringify(served.count(crowd.seats())) }),
      ];
      hub.join(GROUP, openEventStream(req, res), Buffer.concat(first));
    },
    changed: () => {
      hasChanged = true;
    },
    close: () => {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

const floorOf = (crowd: Pick<Crowd, 'seats'>): readonly Dot[] =>
  crowd.seats().map((seat) => dotOf(seat, 'page'));

const ANSWERS = { control: 1, treatment: 2 } as const;

const dotOf = ({ seat, persona, answer, hasFailed }: Seat, kind: SeatEvent['kind']): Dot => [
  seat,
  persona,
  answer === undefined ? 0 : ANSWERS[answer],
  hasFailed ? 1 : 0,
  kind,
];
