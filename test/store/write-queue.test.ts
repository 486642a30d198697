import { describe, expect, test } from 'vitest';
import { createWriteQueue } from '../../src/store/sql/write-queue.ts';

describe('the queue of writes', () => {
  test('carries them out one after the other, and goes on after one that fails', async () => {
    const queued = createWriteQueue();
    const order: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
      return name;
    };
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => queued(work(name))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('lets nobody wait too long: what has begun ends by itself, what has not never begins', async () => {
    const queued = createWriteQueue({ patienceMs: 20 });
    const { promise: stuck, resolve: release } = Promise.withResolvers<void>();
    const done: string[] = [];
    const first = queued(async () => {
      await stuck;
      done.push('first');
    });
    const second = queued(async () => done.push('second'));
    await expect(first).rejects.toMatchObject({ name: 'StoreUnavailableError', reason: 'away' });
    await expect(second).rejects.toMatchObject({ name: 'StoreUnavailableError', reason: 'busy' });
    release();
    await queued(async () => done.push('third'));
    expect(done).toEqual(['first', 'third']);
  });

  test('refuses at once when too many wait', async () => {
    const queued = createWriteQueue({ longest: 2 });
    const { promise: stuck, resolve: release } = Promise.withResolvers<void>();
    const waiting = [1, 2].map(() => queued(() => stuck));
    await expect(queued(() => stuck)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      reason: 'busy',
    });
    release();
    await Promise.all(waiting);
  });
});
