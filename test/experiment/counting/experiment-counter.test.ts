import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnalyticsEvent } from '../../../src/events/analytics-event.ts';
import { MIXED, REPORTING } from '../../../src/experiment/counting/arm-totals.ts';
import { BOT } from '../../../src/experiment/counting/assignment.ts';
import type { Phase } from '../../../src/experiment/phases.ts';
import {
  did,
  type ExperimentApp,
  openExperiments,
  recomputed,
  served,
} from '../../support/experiment-app.ts';
import { fc } from '../../support/seeded-fast-check.ts';
import { TESTER } from '../../support/tester.ts';

const START = 1_800_000_000_000;
let now: number;
let app: ExperimentApp;
let version: number;

beforeEach(async () => {
  now = START;
  app = await openExperiments(() => now);
  version = await app.split(50);
});
afterEach(() => app.close());

/** Starting makes a new version of the flag, whose events are tracked. */
async function start(metric: string): Promise<string> {
  const id = await app.start(metric);
  version += 1;
  return id;
}

/** `x` of each arm and place, as far as there is any: `{ '1 1 0': 2 }` is phase 1, variation 1, the primary metric. */
async function totals(id: string, field: 'units' | 'x' | 'y' | 'xx' = 'x') {
  const reading = await app.experiments.read(id);
  return Object.fromEntries(
    (reading?.totals ?? [])
      .filter((each) => each[field] !== 0)
      .map((each) => [`${each.phase} ${each.variation} ${each.metric}`, each[field]]),
  );
}

const units = (id: string) => totals(id, 'units');

describe('an experiment counts', () => {
  test('each listener once, from the first exposure on', async () => {
    const id = await start('play');
    await app.write({ events: [did('anna', 'play', now), served('anna', 0, now + 1, version)] });
    await app.write({
      events: [served('anna', 0, now + 2, version), did('anna', 'play', now + 3)],
    });
    expect(await units(id)).toEqual({ [`1 0 ${REPORTING}`]: 1 });
    expect(await totals(id)).toEqual({ [`1 0 ${REPORTING}`]: 1, '1 0 0': 1 });
  });

  test('what a listener did after an exposure that is reported later', async () => {
    const id = await start('play');
    await app.write({ events: [did('anna', 'play', now + 5)] });
    expect(await totals(id)).toEqual({});
    await app.write({ events: [served('anna', 1, now, version)] });
    expect(await totals(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, '1 1 0': 1 });
  });

  test('what a listener did before the exposure apart, for a week back', async () => {
    const id = await start('play');
    const week = 7 * 86_400_000;
    await app.write({
      events: [did('anna', 'play', now - week - 1), did('anna', 'play', now - week)],
    });
    await app.write({ events: [served('anna', 1, now, version), did('anna', 'play', now)] });
    await app.write({ events: [did('anna', 'play', now - 1)] });
    expect([await totals(id, 'x'), await totals(id, 'y')]).toEqual([
      { [`1 1 ${REPORTING}`]: 1, '1 1 0': 1 },
      { '1 1 0': 2 },
    ]);
    const found = (await app.experiments.read(id))?.totals.find(({ metric }) => metric === 0);
    expect(found).toMatchObject({ x: 1, y: 2, xy: 2, yy: 4 });
  });

  test('more, when an earlier exposure turns up', async () => {
    const id = await start('play');
    await app.write({
      events: [served('anna', 1, now + 10, version), did('anna', 'play', now + 5)],
    });
    expect(await totals(id)).toEqual({});
    await app.write({ events: [served('anna', 1, now + 1, version)] });
    expect(await totals(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, '1 1 0': 1 });
  });

  test('a payload that is sent again only once', async () => {
    const id = await start('play');
    const payload = {
      id: 'p1',
      events: [served('anna', 1, now, version), did('anna', 'play', now)],
    };
    await app.write(payload);
    await app.write(payload, { ...payload });
    expect(await totals(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, '1 1 0': 1 });
  });

  test('in no arm a listener who saw two variations in one phase', async () => {
    const id = await start('play');
    await app.write({ events: [served('anna', 1, now, version), did('anna', 'play', now)] });
    await app.write({
      events: [served('anna', 0, now + 1, version), did('anna', 'play', now + 2)],
    });
    expect(await units(id)).toEqual({ [`1 ${MIXED} ${REPORTING}`]: 1 });
    expect(await totals(id)).toEqual({});
  });

  const bot = (event: AnalyticsEvent): AnalyticsEvent =>
    event.kind === 'summary' ? event : { ...event, isBot: true };

  test('a bot apart from the arms, whatever it was taken for before', async () => {
    const id = await start('play');
    await app.write({ events: [served('anna', 1, now, version), did('anna', 'play', now)] });
    await app.write({ events: [bot(served('robot', 0, now, version)), did('robot', 'play', now)] });
    expect(await units(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, [`1 ${BOT} ${REPORTING}`]: 1 });
    expect(await totals(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, '1 1 0': 1 });
    const context = { kind: 'user', key: 'anna' };
    await app.write({
      events: [{ kind: 'index', at: now, contextKeys: [context], context, isBot: true }],
    });
    await app.write({
      events: [served('anna', 0, now + 1, version), did('anna', 'play', now + 2)],
    });
    expect(await units(id)).toEqual({ [`1 ${BOT} ${REPORTING}`]: 2 });
    expect(await totals(id)).toEqual({});
    expect((await recomputed(app.database, id)).differences).toEqual([]);
  });

  test('the context of the kind that the rule buckets, whichever comes first', async () => {
    const id = await start('play');
    const both = [
      { kind: 'org', key: 'acme' },
      { kind: 'user', key: 'anna' },
    ];
    const withOrg = (event: AnalyticsEvent): AnalyticsEvent =>
      event.kind === 'summary' ? event : { ...event, contextKeys: both };
    await app.write({
      events: [withOrg(served('anna', 1, now, version)), withOrg(did('anna', 'play', now))],
    });
    await app.write({ events: [did('acme', 'play', now + 1), did('anna', 'play', now + 1)] });
    expect(await units(id)).toEqual({ [`1 1 ${REPORTING}`]: 1 });
    expect(await totals(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, '1 1 0': 2 });
  });

  test('no listener who was only seen, by an index event', async () => {
    const id = await start('play');
    const context = { kind: 'user', key: 'anna' };
    await app.write({
      events: [
        { kind: 'index', at: now, contextKeys: [context], context },
        {
          kind: 'index',
          at: now,
          contextKeys: [{ ...context, key: 'robot' }],
          context,
          isBot: true,
        },
        did('anna', 'play', now),
      ],
    });
    expect(await units(id)).toEqual({});
  });

  test.each([
    ['a target', () => served('anna', 1, START, version, 'TARGET_MATCH')],
    ['an older version', () => served('anna', 1, START, version - 1)],
    ['a variation of no arm', () => served('anna', 2, START, version)],
  ])('no listener who was served by %s', async (_, event) => {
    const id = await start('play');
    await app.write({ events: [event(), did('anna', 'play', now)] });
    expect(await units(id)).toEqual({});
  });

  test('nothing after it was stopped, but what is reported late', async () => {
    const id = await start('play');
    await app.write({ events: [served('anna', 1, now, version)] });
    now += 1_000;
    await app.experiments.stop({ id: 'test', via: 'test' }, id);
    await app.write({ events: [did('anna', 'play', now - 1), did('anna', 'play', now)] });
    expect(await totals(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, '1 1 0': 1 });
  });
});

describe('a change of weights', () => {
  test('begins a phase of its own, whose listeners are those that come in it', async () => {
    const id = await start('play');
    await app.write({ events: [served('anna', 1, now, version)] });
    now += 1_000;
    const next = await app.split(80);
    await app.write({ events: [served('anna', 0, now, next), served('ben', 0, now, next)] });
    now += 1_000;
    await app.write({ events: [did('anna', 'play', now), did('ben', 'play', now)] });
    expect(await units(id)).toEqual({ [`1 1 ${REPORTING}`]: 1, [`2 0 ${REPORTING}`]: 1 });
    // The phase in which Anna came is over.
    expect(await totals(id)).toEqual({ [`2 0 ${REPORTING}`]: 1, '2 0 0': 1 });
    const reading = await app.experiments.read(id);
    expect(reading?.phases.map(({ weights }) => weights)).toEqual([
      [50_000, 50_000],
      [20_000, 80_000],
    ]);
  });

  test('is not missed when two come before the next event', async () => {
    const id = await start('play');
    const second = await app.split(80);
    const third = await app.split(90);
    await app.write({
      events: [
        served('anna', 0, now - 1, version),
        served('ben', 0, now, third),
        served('cleo', 0, now - 1, second),
      ],
    });
    const reading = await app.experiments.read(id);
    expect(reading?.phases.map(({ fromVersion }) => fromVersion)).toEqual([version, second, third]);
    expect(await units(id)).toMatchObject({ [`3 0 ${REPORTING}`]: 1 });
  });

  test('a change of something else does not', async () => {
    const id = await start('play');
    await app.store.update(
      { id: 'test', via: 'test' },
      {
        environment: { project: 'default', environment: 'production' },
        kind: 'flag',
        key: 'checkout',
      },
      (current) =>
        current === undefined
          ? { outcome: 'refused', refusal: 'gone' }
          : { outcome: 'edited', draft: { definition: { ...current.definition, on: false } } },
    );
    await app.write({ events: [served('anna', 0, now, version + 1)] });
    expect((await app.experiments.read(id))?.phases).toHaveLength(1);
  });
});

interface RandomEvent {
  readonly kind: 'served' | 'did';
  readonly user: number;
  readonly variation: number;
  readonly before: number;
  readonly value: number;
}

/** Straightforward code over all events at once. */
function reference(events: readonly AnalyticsEvent[], phases: readonly Phase[]) {
  const sums = new Map<string, number>();
  const add = (name: string, value: number) => sums.set(name, (sums.get(name) ?? 0) + value);
  const users = new Set(
    events.flatMap((event) => ('contextKeys' in event ? event.contextKeys : [])).map(({ key }) => key),
  );
  for (const user of users) {
    const own = events.filter((event) => 'contextKeys' in event && event.contextKeys[0]?.key === user);
    const exposures = own
      .flatMap((event) => {
        if (event.kind !== 'feature') return [];
        const phase = phases.findLast(({ fromVersion }) => fromVersion <= (event.flagVersion ?? 0));
        return phase === undefined || event.at >= (phase.endedAt ?? Infinity)
          ? []
          : [{ at: event.at, phase, variation: event.variation ?? -1 }];
      })
      .toSorted((a, b) => a.at - b.at || a.phase.number - b.phase.number);
    const [first] = exposures;
    if (first === undefined) continue;
    const { number, endedAt } = first.phase;
    const seen = new Set(
      exposures.filter(({ phase }) => phase === first.phase).map(({ variation }) => variation),
    );
    add(`units ${number} ${seen.size > 1 ? 'mixed' : first.variation}`, 1);
    if (seen.size > 1) continue;
    const values = own.flatMap((event) =>
      event.kind === 'custom' && event.at >= first.at && event.at < (endedAt ?? Infinity)
        ? [event.metricValue ?? 0]
        : [],
    );
    const before = own.filter((event) => event.kind === 'custom' && event.at < first.at);
    add(`before ${number} ${first.variation}`, before.length);
    add(`plays ${number} ${first.variation}`, values.length);
    add(
      `listened ${number} ${first.variation}`,
      values.reduce((sum, value) => sum + value, 0),
    );
  }
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
}

const step: fc.Arbitrary<RandomEvent> = fc.record({
  kind: fc.constantFrom('served', 'did'),
  user: fc.nat(5),
  variation: fc.nat(1),
  before: fc.nat(1_500),
  value: fc.nat(300),
});

test('however events come, the totals are those of straightforward code, and of a recomputation', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 6 }), { minLength: 1, maxLength: 8 }),
      fc.nat(8),
      async (batches, changeAt) => {
        now = START;
        const own = await openExperiments(() => now);
        try {
          let current = await own.split(50);
          await own.definitions.put(TESTER, { project: 'default', environment: 'production' }, 'listened', {
            kind: 'sum',
            event_key: 'play',
            cap: 1_000_000,
            name: 'seconds',
            direction: 'up',
            window_hours: null,
          });
          const id = await own.start('play', ['listened']);
          current += 1;
          const all: AnalyticsEvent[] = [];
          for (const [place, batch] of batches.entries()) {
            now += 1_000;
            if (place === changeAt) current = await own.split(80);
            const events = batch.map(({ kind, user, variation, before, value }) =>
              kind === 'served'
                ? served(`u${user}`, variation, now - before, current)
                : did(`u${user}`, 'play', now - before, value),
            );
            all.push(...events);
            await own.write({ id: `${place}`, events }, { id: `${place}`, events });
          }
          const reading = await own.experiments.read(id);
          const kept = (reading?.totals ?? []).flatMap((each): (readonly [string, number])[] => {
            const arm = `${each.phase} ${each.variation === MIXED ? 'mixed' : each.variation}`;
            if (each.metric === REPORTING) return [[`units ${arm}`, each.units]];
            if (each.metric === 1) return [[`listened ${arm}`, each.x]];
            return [
              [`plays ${arm}`, each.x],
              [`before ${arm}`, each.y],
            ];
          });
          expect(Object.fromEntries(kept.filter(([, sum]) => sum !== 0))).toEqual(
            reference(all, reading?.phases ?? []),
          );
          expect((await recomputed(own.database, id)).differences).toEqual([]);
        } finally {
          await own.close();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
