import { LRUCache } from 'lru-cache';
import type { Context } from '../evaluation/model.ts';
import type { Seat } from './crowd.ts';
import { CROWD_PERSONAS } from './personas.ts';
import type { Answer } from './visit.ts';

/** How many of a persona's listeners the service has served which version last. */
export interface PersonaCount {
  readonly persona: string;
  readonly control: number;
  readonly treatment: number;
  /** Have not had a page yet. */
  readonly waiting: number;
}

/** The service's own record of what it served to whom last, beside which the picture of the crowd is held. */
export interface ServedCounts {
  /** A page was served. @param value what the flag gave */
  page(context: Context, value: unknown): void;
  /** Of the listeners who are there now. */
  count(seats: readonly Seat[]): readonly PersonaCount[];
}

/** Several times a crowd, since listeners come and go. */
const MAX_REMEMBERED = 5_000;

export function createServedCounts(): ServedCounts {
  const last = new LRUCache<string, Answer>({ max: MAX_REMEMBERED });
  return {
    page: (context, value) => {
      if ('key' in context && typeof context.key === 'string')
        last.set(context.key, value === true ? 'treatment' : 'control');
    },
    count: (seats) =>
      CROWD_PERSONAS.map(({ name }, index) => {
        const served = seats
          .filter(({ persona }) => persona === index)
          // A page that is on its way has not come: it would be counted before it can be seen.
          .map(({ key, answer }) => (answer === undefined ? undefined : last.peek(key)));
        const count = (answer: Answer | undefined) => served.filter((each) => each === answer).length;
        return {
          persona: name,
          control: count('control'),
          treatment: count('treatment'),
          waiting: count(undefined),
        };
      }),
  };
}
