import { expect, test } from 'vitest';
import type { AnalyticsEvent } from '../../src/events/analytics-event.ts';
import type { Payload } from '../../src/events/event-writer.ts';
import { createOwnEvents } from '../../src/events/own-events.ts';

const PRODUCTION = { project: 'default', environment: 'production' };
const STAGING = { project: 'default', environment: 'staging' };
const LONG = { everyMs: 60_000, maxEvents: 1_000 };

const play = (key: string): AnalyticsEvent => ({
  kind: 'custom',
  at: 1,
  contextKeys: [{ kind: 'user', key }],
  eventKey: 'play',
  samplingRatio: 1,
});

test('the events of a moment are written together, those of each environment by themselves and in their order', async () => {
  const writes: Payload[] = [];
  const own = createOwnEvents({ write: (payload) => Promise.resolve(writes.push(payload)), ...LONG });
  const first = own.add(PRODUCTION, [play('ada')]);
  void own.add(STAGING, [play('bob')]);
  // The same environment, from another key's record.
  const last = own.add({ ...PRODUCTION }, [play('cy'), play('dan')]);
  expect([writes.length, own.size()]).toEqual([0, 4]);

  own.flush();
  await first;
  expect(last).toBe(first);
  expect(own.size()).toBe(0);
  expect(writes).toEqual([
    { environment: PRODUCTION, events: [play('ada'), play('cy'), play('dan')] },
    { environment: STAGING, events: [play('bob')] },
  ]);
});

test('a batch that is full does not wait', async () => {
  const writes: Payload[] = [];
  const own = createOwnEvents({
    write: (payload) => Promise.resolve(writes.push(payload)),
    ...LONG,
    maxEvents: 2,
  });
  await own.add(PRODUCTION, [play('ada'), play('bob')]);
  expect(writes).toHaveLength(1);
});

test('a batch that is not written rejects, and the next is a new one', async () => {
  const outcomes = [Promise.reject(new Error('no room')), Promise.resolve()];
  const own = createOwnEvents({ write: () => outcomes.shift() ?? Promise.resolve(), ...LONG });
  const refused = own.add(PRODUCTION, [play('ada')]);
  own.flush();
  await expect(refused).rejects.toThrow('no room');
  const written = own.add(PRODUCTION, [play('ada')]);
  own.flush();
  await expect(written).resolves.toBeUndefined();
});
