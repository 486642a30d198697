import { setImmediate as turn } from 'node:timers/promises';
import { StoreUnavailableError } from './store.ts';

export interface BatchQueueOptions<Work, Result> {
  /** Does all of a batch or, when it throws, none of it. Resolves with a result for each, in order. */
  readonly run: (batch: readonly Work[]) => Promise<readonly Result[]>;
  /** Work that must not share a batch. */
  readonly isAlone: (work: Work) => boolean;
  /** No caller waits longer, whatever the database does. Default 3,000. */
  readonly patienceMs?: number;
  /** How many may wait; one more is refused. Default 1,000. */
  readonly maxWaiting?: number;
}

export interface BatchQueue<Work, Result> {
  /** @throws StoreUnavailableError when the queue is full or the caller's patience ends (default: the queue's), and whatever `run` throws */
  add(work: Work, patienceMs?: number): Promise<Result>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface Waiting<Work, Result> {
  readonly work: Work;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  begun: boolean;
}

const MAX_BATCH = 100;

/**
 * One batch at a time from this process: all writers wait for the same row anyway, and here they wait without holding a
 * connection. Whatever came while a batch was written is written together, in one durable commit. Work that has not
 * begun when its caller's patience ends never begins; work that has begun is carried to its end.
 */
export function createBatchQueue<Work, Result>({
  run,
  isAlone,
  patienceMs = 3_000,
  maxWaiting = 1_000,
}: BatchQueueOptions<Work, Result>): BatchQueue<Work, Result> {
  const waiting: Waiting<Work, Result>[] = [];
  let working: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // A transaction in SQLite never yields; after this turn all requests that have arrived are waiting.
      await turn();
      await runBatch(takeBatch());
    }
    working = undefined;
  };

  const takeBatch = (): readonly Waiting<Work, Result>[] => {
    const other = waiting.findIndex(({ work }, place) => place > 0 && isAlone(work));
    const [first] = waiting;
    const alone = first !== undefined && isAlone(first.work);
    return waiting.splice(0, alone ? 1 : Math.min(other === -1 ? MAX_BATCH : other, MAX_BATCH));
  };

  const runBatch = async (batch: readonly Waiting<Work, Result>[]): Promise<void> => {
    for (const item of batch) item.begun = true;
    try {
      const results = await run(batch.map(({ work }) => work));
      results.forEach((result, place) => batch[place]?.resolve(result));
    } catch (error) {
      if (batch.length > 1 && !(error instanceof StoreUnavailableError)) {
        // One of them is to blame: each by itself, so that only that one fails.
        for (const item of batch) await runBatch([item]);
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  };

  return {
    add: (work, patience = patienceMs) => {
      if (waiting.length >= maxWaiting) {
        return Promise.reject(
          new StoreUnavailableError('too many changes are waiting', 1, { reason: 'busy' }),
        );
      }
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      const item = { work, resolve, reject, begun: false };
      const timer = setTimeout(() => {
        if (!item.begun) waiting.splice(waiting.indexOf(item), 1);
        const why = item.begun
          ? 'the database does not answer; whether the change was made will show'
          : 'the database is busy';
        reject(new StoreUnavailableError(why, 1, { reason: item.begun ? 'away' : 'busy' }));
      }, patience);
      waiting.push(item);
      working ??= drain();
      return promise.finally(() => clearTimeout(timer));
    },
    idle: async () => {
      await working;
    },
  };
}
