import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createExperimentRunner, type ExperimentRunner } from '../../src/experiment/experiment-runner.ts';
import { experimentResult } from '../../src/experiment/result/experiment-result.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { createWebhooks } from '../../src/webhooks/webhooks.ts';
import { did, type ExperimentApp, openExperiments, served } from '../support/experiment-app.ts';
import { TESTER } from '../support/tester.ts';

const START = Date.parse('2026-11-21T14:02:30Z');
const MINUTE = 60_000;
let now: number;
let app: ExperimentApp;
let version: number;

beforeEach(async () => {
  now = START;
  app = await openExperiments(() => now);
  version = await app.split(50);
});
afterEach(() => app.close());

const FAILING = {
  error: (fields: object, message: string) => expect.unreachable(`${message} ${JSON.stringify(fields)}`),
};

const newRunner = (): ExperimentRunner =>
  createExperimentRunner({ ...app, now: () => now, newId: randomUUID, log: FAILING });

async function start(): Promise<string> {
  const id = await app.start('playlist-error');
  version += 1;
  return id;
}

/** 150 listeners more in each arm, and so many of them with an error. */
async function listeners(inControl: number, inTreatment: number): Promise<void> {
  const events = [0, 1].flatMap((variation) =>
    Array.from({ length: 150 }, (_, place) => {
      const user = `${variation}-${place}-${now}`;
      const errs = place < (variation === 1 ? inControl : inTreatment);
      return [served(user, variation, now, version), ...(errs ? [did(user, 'playlist-error', now)] : [])];
    }).flat(),
  );
  await app.write({ events });
}

async function resultOf(id: string) {
  const reading = await app.experiments.read(id);
  if (reading === undefined) throw new Error('the experiment is gone');
  return experimentResult(reading, now);
}

describe('an answer', () => {
  test('is stable since the first look that saw it, through a restart, until a look sees another', async () => {
    const id = await start();
    await listeners(15, 90);
    expect((await resultOf(id)).sentence).toMatch(/300 listeners\.$/);
    await newRunner().tick();
    now += 10 * MINUTE;
    await newRunner().tick();
    const { sentence, metrics } = await resultOf(id);
    expect(metrics[0]).toMatchObject({ isDecided: true, stableSince: START });
    expect(sentence).toMatch(/^New: .* more listeners with an error; 300 listeners; stable since 14:02\.$/);

    now += 24 * 60 * MINUTE;
    expect((await resultOf(id)).sentence).toMatch(/stable since 2026-11-21 14:02\.$/);
    // As many errors the other way round: nothing is decided any more.
    await listeners(90, 15);
    expect((await resultOf(id)).metrics[0]).toMatchObject({ isDecided: false, stableSince: null });
    await newRunner().tick();
    await listeners(15, 140);
    await listeners(15, 140);
    expect((await resultOf(id)).metrics[0]).toMatchObject({ isDecided: true, stableSince: null });
    await newRunner().tick();
    expect((await resultOf(id)).metrics[0]).toMatchObject({ isDecided: true, stableSince: now });
  });
});

const messageSchema = z.object({
  type: z.string(),
  data: z.object({
    experiment: z.string(),
    status: z.string(),
    decided: z.boolean(),
    sentence: z.string(),
    metrics: z.array(z.object({ stable_since: z.string().nullable(), p_value: z.number().nullable() })),
  }),
});

async function messages() {
  const rows = await app.database.read((db) =>
    db.selectFrom('webhook_deliveries').select('payload').orderBy('created_at').orderBy('event').execute(),
  );
  return rows.map(({ payload }) => messageSchema.parse(JSON.parse(payload)));
}

describe('webhooks', () => {
  beforeEach(async () => {
    const webhooks = createWebhooks({ ...app, now: () => now, newId: randomUUID, random: randomBytes });
    await webhooks.create(TESTER, {
      url: 'https://hooks.example.com/',
      description: null,
      project: DEFAULT_ENVIRONMENT.project,
      environment: null,
      events: ['experiment.decided', 'experiment.stopped'],
      enabled: true,
    });
  });

  test('are told once that an experiment is decided, however many instances look and however often', async () => {
    const id = await start();
    await newRunner().tick();
    expect(await messages()).toEqual([]);
    await listeners(15, 90);
    await Promise.all([newRunner().tick(), newRunner().tick()]);
    now += MINUTE;
    await newRunner().tick();
    const [message, ...others] = await messages();
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      type: 'experiment.decided',
      data: {
        experiment: id,
        status: 'running',
        decided: true,
        metrics: [{ stable_since: new Date(START).toISOString() }],
      },
    });
    expect(message?.data.sentence).toMatch(/stable since 14:02\.$/);
    expect((await app.experiments.get(id))?.decidedAt).toBe(START);
  });

  test('are told the result when it is stopped, once', async () => {
    const id = await start();
    await listeners(15, 16);
    now += MINUTE;
    await app.experiments.stop(TESTER, id);
    await app.experiments.stop(TESTER, id);
    const all = await messages();
    expect(all).toMatchObject([
      { type: 'experiment.stopped', data: { experiment: id, status: 'stopped', decided: false } },
    ]);
    expect(all[0]?.data.sentence).toMatch(/^New: no difference in listeners with an error is shown/);
  });
});

describe('the rule of an experiment', () => {
  const isTracked = () =>
    app.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('checkout')?.definition.trackEventsFallthrough;
  const track = (trackEventsFallthrough: boolean) =>
    app.store.update(TESTER, { environment: DEFAULT_ENVIRONMENT, kind: 'flag', key: 'checkout' }, (current) =>
      current === undefined
        ? { outcome: 'refused', refusal: 'gone' }
        : { outcome: 'edited', draft: { definition: { ...current.definition, trackEventsFallthrough } } },
    );

  test('is tracked again when somebody turned that off while it runs', async () => {
    await start();
    await track(false);
    await newRunner().tick();
    expect(isTracked()).toBe(true);
  });

  test('is not tracked any more when a stop was interrupted before it was turned off', async () => {
    const id = await start();
    await app.database.write((db) =>
      db
        .updateTable('experiments')
        .set({ status: 'stopped', stopped_at: now })
        .where('id', '=', id)
        .execute(),
    );
    expect(isTracked()).toBe(true);
    await newRunner().tick();
    expect(isTracked()).toBe(false);
    // What is turned on afterwards stays on.
    await track(true);
    await newRunner().tick();
    expect(isTracked()).toBe(true);
  });

  test('stays tracked where it was before', async () => {
    await track(true);
    const id = await app.start('play');
    await app.experiments.stop(TESTER, id);
    await newRunner().tick();
    expect(isTracked()).toBe(true);
  });
});
