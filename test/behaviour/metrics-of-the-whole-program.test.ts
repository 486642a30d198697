import { expect, test } from 'vitest';
import { startApp, type RunningApp } from '../support/running-app.ts';
import { openSse } from '../support/sse-client.ts';

/** The samples of a metric that Prometheus would read now, by their labels. */
async function samplesOf(app: RunningApp, metric: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${app.url}/metrics`, {
    headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}` },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  const lines = (await response.text()).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, labels = '', value] = new RegExp(`^${metric}(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? [];
      return value === undefined ? [] : [[labels, Number(value)] as const];
    }),
  );
}

test('what Prometheus reads is what the endpoints served', async () => {
  const app = await startApp();
  const get = async (path: string, headers: Record<string, string> = {}): Promise<void> => {
    await (await fetch(app.url + path, { headers })).text();
  };
  await get('/');
  await get('/api/playlist?user=alice');
  await get('/api/playlist?user=ben&groups=beta_testers');
  await get('/users/carol/flags/progressive-rollout', { 'x-api-key': app.key('ADMIN_TOKEN') });
  await get('/flags/made-up-1');
  await get('/flags/made-up-2');

  const evaluations = await samplesOf(app, 'djtoggle_evaluations_total');
  expect(evaluations.get('flag="progressive-rollout",variation="0"')).toBe(1);
  expect(evaluations.get('flag="progressive-rollout",variation="1"')).toBe(3);

  const requests = await samplesOf(app, 'djtoggle_request_duration_seconds_count');
  expect(requests.get('method="GET",route="/api/playlist",status="200"')).toBe(2);
  expect(requests.get('method="GET",route="/flags/:flag_name",status="401"')).toBe(2);

  const [lag] = (await samplesOf(app, 'djtoggle_feed_lag_seconds')).values();
  expect(lag).toBeGreaterThanOrEqual(0);
  expect(lag).toBeLessThan(10);

  const page = await openSse(`${app.url}/events`);
  const sdk = await openSse(`${app.url}/all`, { headers: { authorization: app.key('SDK_KEY') } });
  const open = await samplesOf(app, 'djtoggle_streams');
  expect(Object.fromEntries(open)).toEqual({
    'client="site"': 1,
    'client="sdk"': 1,
    'client="dashboard"': 0,
  });
  page.close();
  sdk.close();
  await expect.poll(async () => [...(await samplesOf(app, 'djtoggle_streams')).values()]).toEqual([0, 0, 0]);
});

test('events are counted by what became of them, and bodies that came twice apart', async () => {
  const app = await startApp();
  const send = async (...events: readonly object[]): Promise<void> => {
    const response = await fetch(`${app.url}/bulk`, {
      method: 'POST',
      headers: {
        authorization: app.key('SDK_KEY'),
        'content-type': 'application/json',
        'x-launchdarkly-payload-id': 'the-same-each-time',
      },
      body: JSON.stringify(events),
    });
    expect(response.status).toBe(202);
  };
  const play = { kind: 'custom', creationDate: 1, key: 'play', context: { kind: 'user', key: 'alice' } };
  await send(play, play, { ...play, kind: 'of-another-world' });
  await send(play);

  expect(Object.fromEntries(await samplesOf(app, 'djtoggle_events_total'))).toEqual({
    'outcome="accepted"': 2,
    'outcome="unknown-kind"': 1,
  });
  expect(Object.fromEntries(await samplesOf(app, 'djtoggle_event_payloads_left_out_total'))).toEqual({
    'outcome="duplicate"': 1,
    'outcome="refused"': 0,
  });
  expect([...(await samplesOf(app, 'djtoggle_events_queued')).values()]).toEqual([0]);
});
