import { init } from '@launchdarkly/node-server-sdk';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { recomputed } from '../../support/experiment-app.ts';
import { startApp, type RunningApp } from '../../support/running-app.ts';
import { join } from 'node:path';

const armSchema = z.object({ variation: z.int(), units: z.int(), reporting: z.int() });
const resultSchema = z.object({
  arms: z.array(armSchema),
  excluded: z.int(),
  bots: z.int(),
  sentence: z.string(),
  metrics: z.array(z.object({ metric: z.string(), comparison: z.object({ status: z.string() }) })),
});

/** Requests of an administrator; anything but a success is an error. */
const adminOf = (app: RunningApp) => async (method: string, path: string, body?: unknown) => {
  const response = await fetch(app.url + path, {
    method,
    headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
};

const idSchema = z.object({ id: z.string() });

async function startExperiment(
  app: RunningApp,
  flag: string,
  other: readonly string[] = [],
): Promise<string> {
  const admin = adminOf(app);
  const design = {
    name: 'The full playlist',
    flag_name: flag,
    control: { variation: 1, name: 'The top 10' },
    treatments: [{ variation: 0, name: 'The full playlist' }],
    primary_metric: 'play',
    other_metrics: other,
  };
  const { id } = idSchema.parse(JSON.parse(await admin('POST', '/experiments', design)));
  await admin('POST', `/experiments/${id}/start`);
  return id;
}

/** Counts are durable within a second; this waits until they are, and no longer than the test may last. */
async function resultWith(
  app: RunningApp,
  id: string,
  isThere: (result: z.infer<typeof resultSchema>) => boolean,
) {
  for (;;) {
    const text = await adminOf(app)('GET', `/experiments/${id}/results`);
    const result = resultSchema.parse(JSON.parse(text));
    if (isThere(result)) return result;
  }
}

async function differencesOf(app: RunningApp, id: string) {
  const database = await openDatabase(
    { kind: 'sqlite', file: join(app.dataDir, 'dj-toggle.db') },
    { migrate: false },
  );
  try {
    return await recomputed(database, id);
  } finally {
    await database.close();
  }
}

const unitsOf = ({ arms }: z.infer<typeof resultSchema>): number =>
  arms.reduce((sum, { units }) => sum + units, 0);

const BROWSER = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:130.0) Gecko/20100101 Firefox/130.0';
const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

/** One listener of the site: a page, some plays, and what the page said that was served. */
async function visit(app: RunningApp, plays: number, userAgent = BROWSER): Promise<'json' | 'database'> {
  const page = await fetch(`${app.url}/api/playlist`, { headers: { 'user-agent': userAgent } });
  const cookie = page.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');
  const { version } = z.object({ version: z.enum(['json', 'database']) }).parse(await page.json());
  for (let play = 0; play < plays; play += 1) {
    const response = await fetch(`${app.url}/track`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', origin: app.url },
      body: JSON.stringify({ action: 'play', track_name: 'a', artist: 'b' }),
    });
    expect(response.status).toBe(204);
  }
  return version;
}

describe('an experiment on the playlist', () => {
  test('counts page views and plays as an independent count does', async () => {
    const app = await startApp();
    const admin = adminOf(app);
    await admin('PUT', '/flags/progressive-rollout', { status: true, rollout_percentage: 50 });
    const id = await startExperiment(app, 'progressive-rollout', ['like']);

    const counted = { json: { units: 0, plays: 0 }, database: { units: 0, plays: 0 } };
    for (let listener = 0; listener < 60; listener += 1) {
      const version = await visit(app, listener % 3);
      counted[version].units += 1;
      counted[version].plays += listener % 3;
    }
    for (let crawler = 0; crawler < 5; crawler += 1) await visit(app, 1, CRAWLER);
    const result = await resultWith(
      app,
      id,
      (each) =>
        unitsOf(each) === 60 &&
        each.bots === 5 &&
        each.arms.reduce((sum, { reporting }) => sum + reporting, 0) === 40,
    );

    const { kept, differences } = await differencesOf(app, id);
    expect(result.arms).toMatchObject([
      { variation: 1, units: counted.json.units },
      { variation: 0, units: counted.database.units },
    ]);
    const playsOf = (variation: number) =>
      kept.find((each) => each.variation === variation && each.metric === 0)?.x ?? 0;
    expect({ json: playsOf(1), database: playsOf(0) }).toEqual({
      json: counted.json.plays,
      database: counted.database.plays,
    });
    expect(differences).toEqual([]);
    expect(result.metrics[0]?.comparison.status).toBe('not-enough-data');
    expect(result.sentence).toMatch(
      /^The full playlist: not enough data on plays yet; .* 60 listeners so far\.$/,
    );
    expect(await admin('GET', `/experiments/${id}/results.csv`)).toMatch(/^metric,treatment,[^]*\r\nplay,0,/);
  });
});

describe('an experiment on a flag of a server-side SDK', () => {
  test('gets what it needs from an unmodified SDK, and turns tracking off afterwards', async () => {
    const app = await startApp();
    const admin = adminOf(app);
    await admin('POST', '/flags', { flag_name: 'checkout', status: true, rollout_percentage: 50 });
    const id = await startExperiment(app, 'checkout');
    const sdk = init(app.key('SDK_KEY'), {
      baseUri: app.url,
      streamUri: app.url,
      eventsUri: app.url,
      diagnosticOptOut: true,
      flushInterval: 1,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    await sdk.waitForInitialization({ timeout: 10 });
    const counted = { true: { units: 0, plays: 0 }, false: { units: 0, plays: 0 } };
    const users = Array.from({ length: 200 }, (_, user) => ({ kind: 'user', key: `user-${user}` }));
    // What happened before the exposure does not count.
    for (const context of users) sdk.track('play', context);
    await sdk.flush();
    for (const [user, context] of users.entries()) {
      const value: boolean = await sdk.variation('checkout', context, false);
      await sdk.variation('checkout', context, false);
      const arm = counted[value ? 'true' : 'false'];
      arm.units += 1;
      for (let play = 0; play < user % 4; play += 1) {
        sdk.track('play', context);
        arm.plays += 1;
      }
    }
    await sdk.flush();
    sdk.close();
    const result = await resultWith(app, id, (each) => unitsOf(each) === 200);
    expect(result.arms).toMatchObject([
      { variation: 1, units: counted.false.units },
      { variation: 0, units: counted.true.units },
    ]);
    const { kept, differences } = await differencesOf(app, id);
    const playsOf = (variation: number) =>
      kept.find((each) => each.variation === variation && each.metric === 0)?.x ?? 0;
    expect({ false: playsOf(1), true: playsOf(0) }).toEqual({
      false: counted.false.plays,
      true: counted.true.plays,
    });
    expect(differences).toEqual([]);

    const tracking = z.object({ definition: z.object({ trackEventsFallthrough: z.boolean() }) });
    const flagNow = async () =>
      tracking.parse(JSON.parse(await admin('GET', '/flags/checkout'))).definition.trackEventsFallthrough;
    expect(await flagNow()).toBe(true);
    await admin('POST', `/experiments/${id}/stop`);
    expect(await flagNow()).toBe(false);
    expect(await admin('GET', '/audit?limit=1')).toContain(`"id":"experiment:${id}","via":"experiment"`);
  });
});

describe('bots', () => {
  test('are told by the user agent of a browser or by the context, never by that of a server', async () => {
    const app = await startApp();
    const admin = adminOf(app);
    await admin('POST', '/flags', { flag_name: 'checkout', status: true, rollout_percentage: 50 });
    const id = await startExperiment(app, 'checkout');
    const { version } = z
      .object({ version: z.int() })
      .parse(JSON.parse(await admin('GET', '/flags/checkout')));
    const send = async (path: string, userAgent: string, context: object) => {
      const reason = { kind: 'FALLTHROUGH' };
      const event = {
        kind: 'feature',
        creationDate: Date.now(),
        key: 'checkout',
        version,
        variation: 1,
        reason,
      };
      const response = await fetch(app.url + path, {
        method: 'POST',
        headers: {
          authorization: app.key('SDK_KEY'),
          'content-type': 'application/json',
          'user-agent': userAgent,
        },
        body: JSON.stringify([{ ...event, value: false, context }]),
      });
      expect(response.status).toBe(202);
    };
    const ofBrowser = `/events/bulk/${app.key('CLIENT_SIDE_ID')}`;
    await send('/bulk', 'NodeJSClient/9.13.7', { kind: 'user', key: 'anna' });
    await send(ofBrowser, BROWSER, { kind: 'user', key: 'ben' });
    await send(ofBrowser, CRAWLER, { kind: 'user', key: 'robot' });
    await send('/bulk', 'NodeJSClient/9.13.7', { kind: 'user', key: 'spider', userAgent: CRAWLER });
    const result = await resultWith(app, id, (each) => unitsOf(each) + each.bots === 4);
    expect([unitsOf(result), result.bots]).toEqual([2, 2]);
  });
});

describe('an experiment on a flag that no SDK evaluates', () => {
  test('counts those for whom OFREP and the REST API evaluated it, while it runs', async () => {
    const app = await startApp();
    const admin = adminOf(app);
    await admin('POST', '/flags', { flag_name: 'checkout', status: true, rollout_percentage: 50 });
    await admin('GET', '/users/early/flags/checkout');
    const id = await startExperiment(app, 'checkout');
    for (let user = 0; user < 20; user += 1) {
      await admin('GET', `/users/rest-${user}/flags/checkout`);
      const response = await fetch(`${app.url}/ofrep/v1/evaluate/flags/checkout`, {
        method: 'POST',
        headers: { authorization: `Bearer ${app.key('SDK_KEY')}`, 'content-type': 'application/json' },
        body: JSON.stringify({ context: { targetingKey: `ofrep-${user}` } }),
      });
      expect(response.status).toBe(200);
    }
    await admin('GET', `/users/crawler/flags/checkout?user_agent=${encodeURIComponent(CRAWLER)}`);
    const result = await resultWith(app, id, (each) => unitsOf(each) + each.bots >= 41);
    expect([unitsOf(result), result.bots]).toEqual([40, 1]);
  });
});
