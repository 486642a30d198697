import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { type DatabaseTarget, openDatabase } from '../../../src/store/sql/database.ts';
import { isLongAttack, onAttackedPrograms } from '../../support/attacked-program.ts';

vi.setConfig({ testTimeout: 180_000 });

/** What an SDK has in its default queue when it flushes: 32 MB, or 8, a fifth of which are contexts that are new. */
const EVENTS = 10_000;
const body = Buffer.from(
  JSON.stringify(
    Array.from({ length: EVENTS }, (_, nth) => ({
      kind: nth % 5 === 0 ? 'index' : 'custom',
      creationDate: Date.now(),
      ...(nth % 5 === 0 ? {} : { key: 'bought' }),
      context: { kind: 'user', key: `user-${nth}`, bio: 'x'.repeat(isLongAttack ? 3_000 : 600) },
    })),
  ),
);
const zipped = gzipSync(body);

/** In 50 pieces, with pauses between. */
async function* slowly(): AsyncGenerator<Buffer> {
  const step = Math.ceil(body.length / 50);
  for (let start = 0; start < body.length; start += step) {
    yield body.subarray(start, start + step);
    await pause(20);
  }
}

onAttackedPrograms((attacked) => {
  test('queues of 10,000 events come fast, slowly and compressed at once, and every event is counted once', async () => {
    const { url, key, database, during } = attacked();
    /** As SDKs do, sends again what was not taken in time. */
    const send = async (id: string, bodyOf: () => RequestInit, encoding = 'identity'): Promise<number> => {
      const headers = {
        authorization: key('SDK_KEY'),
        'X-LaunchDarkly-Payload-ID': id,
        'content-encoding': encoding,
      };
      for (;;) {
        const sent = await fetch(`${url}/bulk`, { method: 'POST', headers, ...bodyOf() });
        if (sent.status !== 408 && sent.status !== 503) return sent.status;
      }
    };
    let statuses: readonly number[] = [];
    const { failed, grownMiB } = await during(async () => {
      statuses = await Promise.all([
        send('fast', () => ({ body })),
        send('slow', () => ({ body: ReadableStream.from(slowly()), duplex: 'half' })),
        send('zipped', () => ({ body: zipped }), 'gzip'),
        send('zipped', () => ({ body: zipped }), 'gzip'),
      ]);
    });
    expect(statuses).toEqual([202, 202, 202, 202]);
    expect(failed).toBe(0);
    expect(grownMiB).toBeLessThan(64);
    expect(await purchasesIn(database)).toBe((3 * EVENTS * 4) / 5);
  });
});

async function purchasesIn(target: DatabaseTarget): Promise<number> {
  const database = await openDatabase(target);
  const kept = await database.kysely
    .selectFrom('metric_events')
    .where('event_key', '=', 'bought')
    .select('id')
    .execute();
  await database.close();
  return kept.length;
}
