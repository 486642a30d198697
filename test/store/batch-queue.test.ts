import { describe, expect, test } from 'vitest';
import { type BatchQueueOptions, createBatchQueue } from '../../src/store/batch-queue.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';

const AWAY = { name: 'StoreUnavailableError', reason: 'away' };
const BUSY = { name: 'StoreUnavailableError', reason: 'busy' };

/** A queue of names, and the batches that it was told to do. A name in capitals must be alone. */
function queueOfNames(
  each: (name: string) => Promise<void> = async () => {},
  options: Partial<BatchQueueOptions<string, string>> = {},
) {
  const batches: string[][] = [];
  const queue = createBatchQueue<string, string>({
    run: async (batch) => {
      batches.push([...batch]);
      for (const name of batch) await each(name);
      return batch.map((name) => `${name} is done`);
    },
    isAlone: (name) => name === name.toUpperCase(),
    ...options,
  });
  return { queue, batches };
}

/** Work named `stuck` does not end before it is released. */
function stuck() {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  return { release, wait: async (name: string) => (name === 'stuck' ? promise : undefined) };
}

describe('a queue of batches', () => {
  test('does together what came at the same time, and gives each its own result', async () => {
    const { queue, batches } = queueOfNames();
    expect(await Promise.all(['a', 'b', 'c'].map((name) => queue.add(name)))).toEqual([
      'a is done',
      'b is done',
      'c is done',
    ]);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  test('does what came meanwhile in the next batch', async () => {
    const { release, wait } = stuck();
    const { queue, batches } = queueOfNames(wait);
    const first = queue.add('stuck');
    await expect.poll(() => batches).toHaveLength(1);
    const later = ['a', 'b'].map((name) => queue.add(name));
    release();
    await Promise.all([first, ...later]);
    expect(batches).toEqual([['stuck'], ['a', 'b']]);
  });

  test('keeps alone what must be alone, and the order', async () => {
    const { queue, batches } = queueOfNames();
    await Promise.all(['a', 'b', 'C', 'd', 'E'].map((name) => queue.add(name)));
    expect(batches).toEqual([['a', 'b'], ['C'], ['d'], ['E']]);
  });

  test('does each by itself when one of a batch fails, so that only that one is refused', async () => {
    const { queue, batches } = queueOfNames(async (name) => {
      if (name === 'b') throw new Error('b fails');
    });
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue.add(name)));
    expect(outcomes).toMatchObject([
      { value: 'a is done' },
      { reason: { message: 'b fails' } },
      { value: 'c is done' },
    ]);
    expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  });

  test('refuses a whole batch when the database is away, and goes on', async () => {
    let away = true;
    const { queue, batches } = queueOfNames(async () => {
      if (away) throw new StoreUnavailableError('the database is away');
    });
    const outcomes = await Promise.allSettled(['a', 'b'].map((name) => queue.add(name)));
    expect(outcomes).toMatchObject([{ reason: AWAY }, { reason: AWAY }]);
    away = false;
    expect(await queue.add('c')).toBe('c is done');
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  test('lets no caller wait too long: what has begun ends by itself, what has not never begins', async () => {
    const { release, wait } = stuck();
    const { queue, batches } = queueOfNames(wait, { patienceMs: 20 });
    const first = Promise.allSettled([queue.add('stuck')]);
    await expect.poll(() => batches).toHaveLength(1);
    await expect(queue.add('second')).rejects.toMatchObject(BUSY);
    expect(await first).toMatchObject([{ reason: AWAY }]);
    release();
    expect(await queue.add('third')).toBe('third is done');
    expect(batches).toEqual([['stuck'], ['third']]);
  });

  test('refuses at once when too many wait', async () => {
    const { queue } = queueOfNames(undefined, { maxWaiting: 2 });
    const waiting = ['a', 'b'].map((name) => queue.add(name));
    await expect(queue.add('c')).rejects.toMatchObject(BUSY);
    await Promise.all(waiting);
  });

  test('is idle when nothing is under way', async () => {
    const { release, wait } = stuck();
    const { queue } = queueOfNames(wait);
    await queue.idle();
    const first = queue.add('stuck');
    let idle = false;
    const waited = queue.idle().then(() => (idle = true));
    release();
    await first;
    await waited;
    expect(idle).toBe(true);
  });
});
