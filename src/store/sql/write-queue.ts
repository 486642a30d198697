import { createOneAtATime } from '../../shared/serial-queue.ts';
import { StoreUnavailableError } from '../store.ts';

export interface WriteQueueOptions {
  /** No caller waits longer, whatever the database does. Default 3,000. */
  readonly patienceMs?: number;
  /** How many may wait; one more is told to come again. Default 1,000. */
  readonly longest?: number;
}

/**
 * One write at a time from this process: all writers wait for the same row anyway, and here they wait without holding
 * a connection. What has not begun when its caller's patience ends never begins; what has begun is carried to its end.
 */
export function createWriteQueue({ patienceMs = 3_000, longest = 1_000 }: WriteQueueOptions = {}): <T>(
  work: () => Promise<T>,
) => Promise<T> {
  const inTurn = createOneAtATime();
  let waiting = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= longest) {
      throw new StoreUnavailableError('too many changes are waiting', 1, { reason: 'busy' });
    }
    waiting += 1;
    let stage: 'waiting' | 'working' | 'given up' = 'waiting';
    const { promise: impatience, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const begun = stage === 'working';
      if (!begun) stage = 'given up';
      reject(
        new StoreUnavailableError(
          begun
            ? 'the database does not answer; whether the change was made will show'
            : 'the database is busy',
          1,
          { reason: begun ? 'away' : 'busy' },
        ),
      );
    }, patienceMs);
    const done = inTurn(async () => {
      waiting -= 1;
      if (stage === 'given up') throw new StoreUnavailableError('the caller has gone');
      stage = 'working';
      return await work();
    });
    try {
      return await Promise.race([done, impatience]);
    } finally {
      clearTimeout(timer);
      // Whoever lost the race has nobody to tell.
      done.catch(() => undefined);
    }
  };
}
