import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { startPageReaders } from '../support/page-readers.ts';
import { startApp } from '../support/running-app.ts';
import { openSse } from '../support/sse-client.ts';
import { holdWriteLock } from '../support/write-lock.ts';

/** How often listeners were served the site's flag, as the database has it. */
function exposuresIn(dataDir: string): unknown {
  const db = new Database(join(dataDir, 'dj-toggle.db'), { readonly: true });
  try {
    return db.prepare('select sum(times) from exposures').pluck().get();
  } finally {
    db.close();
  }
}

test('while another process holds the write lock, writes are 503 for now, everything else goes on, and nothing of the site is lost', async () => {
  const app = await startApp();
  const admin = { authorization: `Bearer ${app.key('ADMIN_TOKEN')}`, 'content-type': 'application/json' };
  const share = (percentage: number): Promise<Response> =>
    fetch(`${app.url}/flags/progressive-rollout`, {
      method: 'PUT',
      headers: admin,
      body: JSON.stringify({ rollout_percentage: percentage }),
    });
  const sendEvents = (): Promise<Response> =>
    fetch(`${app.url}/bulk`, {
      method: 'POST',
      headers: { authorization: app.key('SDK_KEY'), 'content-type': 'application/json' },
      body: JSON.stringify([
        { kind: 'custom', creationDate: 1, key: 'play', context: { kind: 'user', key: 'alice' } },
      ]),
    });
  const metric = async (line: string): Promise<number> => {
    const lines = (await (await fetch(`${app.url}/metrics`, { headers: admin })).text()).split('\n');
    return Number(lines.find((each) => each.startsWith(`${line} `))?.slice(line.length + 1));
  };
  const logIn = async (): Promise<Response> =>
    fetch(app.url + app.app.dashboardPath, { headers: { accept: 'text/html' }, redirect: 'manual' });
  const stream = await openSse(`${app.url}/all`, { headers: { authorization: app.key('SDK_KEY') } });
  expect(await stream.next()).toMatchObject({ event: 'put' });
  const readers = startPageReaders(app.url);

  const lock = await holdWriteLock(join(app.dataDir, 'dj-toggle.db'));
  for (const response of await Promise.all([share(100), share(50), sendEvents()])) {
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await response.json()).toMatchObject({ code: 'store_unavailable' });
  }
  const login = await logIn();
  expect([login.status, login.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
  const flag = await fetch(`${app.url}/users/alice/flags/progressive-rollout`, { headers: admin });
  expect(await flag.json()).toMatchObject({ value: false });
  expect((await fetch(`${app.url}/audit`, { headers: admin })).status).toBe(200);
  expect((await fetch(`${app.url}/health`)).status).toBe(200);
  expect(await metric('djtoggle_events_total{outcome="accepted"}')).toBeLessThan(
    await metric('djtoggle_evaluations_total{flag="progressive-rollout",variation="0"}'),
  );
  await lock.release();

  expect((await logIn()).status).toBe(303);
  expect((await share(100)).status).toBe(200);
  expect(await stream.next()).toMatchObject({ event: 'patch' });
  stream.close();
  const { seen, failed } = await readers.stop();
  expect(failed).toEqual([]);
  await expect.poll(() => metric('djtoggle_events_queued')).toBe(0);
  // Alice's evaluation by REST is an exposure, too: the flag is tracked.
  await expect.poll(() => exposuresIn(app.dataDir)).toBe(seen + 1);
  expect(await metric('djtoggle_event_payloads_left_out_total{outcome="refused"}')).toBe(1);
});
