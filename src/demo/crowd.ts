import { createRandom } from '../experiment/statistics/random.ts';
import { createEmitter } from '../shared/emitter.ts';
import { CROWD_PERSONAS, listenerName, personaOfSeat } from './personas.ts';
import { type ConnectSite, MAX_CONNECTIONS, type SiteClient } from './site-client.ts';
import { type Answer, type Visit, visit, type Visitor } from './visit.ts';

export const MIN_CROWD = 10;
export const MAX_CROWD = 1_000;

/** A place on the dance floor, and the listener who has it now. */
export interface Seat {
  readonly seat: number;
  /** Index into `CROWD_PERSONAS`. */
  readonly persona: number;
  /** The context's key, as far as the site has told it; the name by which the listener goes in until then. */
  readonly key: string;
  /** Undefined until the first page has come. */
  readonly answer: Answer | undefined;
  /** Who answered: `local`, `launchdarkly`, … */
  readonly source: string | undefined;
  /** Whether the last page failed. */
  readonly hasFailed: boolean;
}

/** What happened on a seat just now. */
export interface SeatEvent {
  readonly seat: Seat;
  readonly kind: 'page' | 'play' | 'like' | 'skip' | 'error' | 'left';
}

export interface CrowdRun {
  /** Of the running process, such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  readonly size: number;
  /** The same seed brings the same listeners, who do the same. */
  readonly seed: number;
}

/** Simulated listeners. There are none until `start`. */
export interface Crowd {
  /** Lets a crowd in, in place of the one that is there. */
  start(run: CrowdRun): Promise<void>;
  /** The newest leave first. */
  resize(size: number): void;
  /** Everybody looks at the page again soon, as pages do whose stream says that their version has changed. */
  lookAgain(): void;
  /** Resolves when no request is under way any more. */
  stop(): Promise<void>;
  /** Undefined: there is no crowd. */
  run(): CrowdRun | undefined;
  seats(): readonly Seat[];
  /** Requests that are under way. */
  underWay(): number;
  /** Undefined is sent when the whole floor has changed. Returns a function that unsubscribes. */
  subscribe(listener: (event: SeatEvent | undefined) => void): () => void;
}

interface Place {
  seat: Seat;
  generation: number;
  visitor: Visitor;
  readonly random: () => number;
  isBusy: boolean;
}

interface Running {
  readonly client: SiteClient;
  run: CrowdRun;
  readonly places: Place[];
  /** Who is to look at once: new listeners, and all after a change of the flag. */
  readonly soon: Set<number>;
  next: number;
  calm: number;
  readonly underWay: Set<Promise<void>>;
  readonly timer: NodeJS.Timeout;
}

const TICK_MS = 50;
/** Visits a second by those who are to look at once. */
const SOON_PER_SECOND = 250;
/** Everybody looks at the page about every five seconds, up to so many in all. */
const CALM_PER_SECOND = { perListener: 0.2, max: 60 };
/** After a visit a listener leaves for good with this chance, and a new one comes: releases are judged by newcomers. */
const CHANCE_TO_LEAVE = 0.2;

/** @param onError hears of pages that did not come; they are shown as errors all the same */
export function createCrowd(connect: ConnectSite, onError: (error: unknown) => void): Crowd {
  const events = createEmitter<SeatEvent | undefined>(onError);
  let running: Running | undefined;

  /** Visits by one listener come one after the other, so that their own random numbers do. */
  const look = async (current: Running, place: Place): Promise<void> => {
    const { seat: before } = place;
    let came: Visit | undefined;
    try {
      came = await visit(current.client, place.visitor, place.random);
    } catch (error) {
      if (running === current) onError(error);
    }
    place.isBusy = false;
    // The crowd may have gone, or this listener with a part of it.
    if (running !== current || current.places[before.seat] !== place) return;
    if (came === undefined) {
      place.seat = { ...before, hasFailed: true };
    } else {
      const { answer, key, source, hasFailed } = came;
      place.seat = { ...before, answer, key, source, hasFailed };
    }
    const kind = place.seat.hasFailed ? 'error' : (came?.action ?? 'page');
    events.emit({ seat: place.seat, kind });
    if (came !== undefined && place.random() < CHANCE_TO_LEAVE) replace(current, place);
  };

  const replace = (current: Running, place: Place): void => {
    place.generation += 1;
    Object.assign(place, occupant(current.run.seed, place.seat.seat, place.generation));
    current.soon.add(place.seat.seat);
    events.emit({ seat: place.seat, kind: 'left' });
  };

  const send = (current: Running, seat: number): boolean => {
    const place = current.places[seat];
    if (place === undefined || place.isBusy) return false;
    place.isBusy = true;
    const looking = look(current, place).finally(() => current.underWay.delete(looking));
    current.underWay.add(looking);
    return true;
  };

  const tick = (current: Running): void => {
    const isFull = (): boolean => current.underWay.size >= MAX_CONNECTIONS;
    let quota = (SOON_PER_SECOND * TICK_MS) / 1_000;
    for (const seat of current.soon) {
      if (quota < 1 || isFull()) break;
      if (current.places[seat] === undefined) current.soon.delete(seat);
      else if (send(current, seat)) {
        current.soon.delete(seat);
        quota -= 1;
      }
    }
    const { size } = current.run;
    const perSecond = Math.min(CALM_PER_SECOND.max, size * CALM_PER_SECOND.perListener);
    current.calm = Math.min(CALM_PER_SECOND.max, current.calm + (perSecond * TICK_MS) / 1_000);
    for (; current.calm >= 1 && !isFull(); current.calm -= 1) {
      send(current, current.next % size);
      current.next += 1;
    }
  };

  const fill = ({ places, soon, run: { size, seed } }: Running): void => {
    places.length = Math.min(places.length, size);
    for (let seat = places.length; seat < size; seat += 1) {
      places.push(newPlace(seed, seat));
      soon.add(seat);
    }
    events.emit(undefined);
  };

  const crowd: Crowd = {
    async start(run) {
      await crowd.stop();
      const client = await connect(run.origin);
      const current: Running = {
        client,
        run: { ...run, size: inBounds(run.size) },
        places: [],
        soon: new Set(),
        next: 0,
        calm: 0,
        underWay: new Set(),
        timer: setInterval(() => tick(current), TICK_MS),
      };
      running = current;
      fill(current);
    },
    resize(size) {
      if (running === undefined) return;
      running.run = { ...running.run, size: inBounds(size) };
      fill(running);
    },
    lookAgain() {
      for (const { seat } of running?.places ?? []) running?.soon.add(seat.seat);
    },
    async stop() {
      const stopped = running;
      if (stopped === undefined) return;
      running = undefined;
      clearInterval(stopped.timer);
      await stopped.client.close();
      await Promise.all(stopped.underWay);
      events.emit(undefined);
    },
    run: () => running?.run,
    seats: () => running?.places.map(({ seat }) => seat) ?? [],
    underWay: () => running?.underWay.size ?? 0,
    subscribe: (listener) => events.subscribe(listener),
  };
  return crowd;
}

const newPlace = (seed: number, seat: number): Place => ({
  ...occupant(seed, seat, 0),
  generation: 0,
  random: createRandom(seed * 10_007 + seat),
  isBusy: false,
});

const inBounds = (size: number): number => Math.max(MIN_CROWD, Math.min(MAX_CROWD, Math.round(size)));

function occupant(seed: number, seat: number, generation: number): Pick<Place, 'seat' | 'visitor'> {
  const persona = personaOfSeat(seat);
  const name = listenerName(seed, seat, generation);
  return {
    seat: { seat, persona, key: name, answer: undefined, source: undefined, hasFailed: false },
    visitor: {
      name,
      persona: CROWD_PERSONAS[persona] ?? { name, percent: 0, groups: [] },
      cookies: new Map(),
    },
  };
}
