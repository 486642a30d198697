import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { type DashboardApp, startDashboard } from '../../support/dashboard-app.ts';
import { TESTER } from '../../support/tester.ts';
import { PROGRESSIVE_ROLLOUT } from '../../support/site-app.ts';
import { openSse, type SseClient } from '../../support/sse-client.ts';
import { loggedIn } from './dashboard-client.ts';

async function watch(desk: DashboardApp, cookie: string, query = ''): Promise<SseClient> {
  const stream = await openSse(`${desk.url}/dashboard/events${query}`, { headers: { cookie } });
  onTestFinished(() => stream.close());
  return stream;
}

const turn = (desk: DashboardApp, on: boolean) =>
  desk.store.change(TESTER, {
    type: 'put-flag',
    environment: DEFAULT_ENVIRONMENT,
    key: PROGRESSIVE_ROLLOUT.key,
    definition: { ...PROGRESSIVE_ROLLOUT, on },
  });

describe('an open desk', () => {
  test('is told where it stands, and then of every change of its environment', async () => {
    const desk = await startDashboard();
    await desk.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const { cookie } = await loggedIn(desk, 'viewer');
    const stream = await watch(desk, cookie);
    const elsewhere = await watch(desk, cookie, '?environment=staging');
    const { sequence = 0 } = desk.store.snapshot(DEFAULT_ENVIRONMENT) ?? {};
    expect(await stream.next()).toEqual({ event: 'here', data: { sequence } });
    await turn(desk, false);
    expect(await stream.next()).toEqual({ event: 'changed', data: { sequence: sequence + 1 } });
    await turn(desk, true);
    expect(await stream.next()).toEqual({ event: 'changed', data: { sequence: sequence + 2 } });
    expect(elsewhere.events.map(({ event }) => event)).toEqual(['here']);
  });

  test('is told when the level meters rise, and when they fall silent', async () => {
    let ahead = 0;
    const desk = await startDashboard({ now: () => Date.now() + ahead });
    const { cookie } = await loggedIn(desk, 'viewer');
    const stream = await watch(desk, cookie);
    await stream.next();
    desk.evaluations.count('progressive-rollout', 0, 3);
    desk.evaluations.count('progressive-rollout', 1, 1);
    const levels = [
      {
        variation: 0,
        text: 'true',
        colour: 'treatment',
        count: 3,
        share: 75,
        shareText: '75\u00a0%',
        lit: 75,
      },
      {
        variation: 1,
        text: 'false',
        colour: 'control',
        count: 1,
        share: 25,
        shareText: '25\u00a0%',
        lit: 25,
      },
    ];
    expect(await stream.next()).toEqual({ event: 'levels', data: [{ key: 'progressive-rollout', levels }] });
    ahead = 301_000;
    const silent = levels.map((level) => ({ ...level, count: 0, share: 0, shareText: '–', lit: 0 }));
    expect(await stream.next()).toEqual({
      event: 'levels',
      data: [{ key: 'progressive-rollout', levels: silent }],
    });
  });

  test('is told when the flags begin to come from elsewhere', async () => {
    let source: 'local' | 'launchdarkly' = 'local';
    const desk = await startDashboard({ flagStatus: () => ({ source, detail: 'In other words.' }) });
    const { cookie } = await loggedIn(desk, 'viewer');
    const stream = await watch(desk, cookie);
    await stream.next();
    source = 'launchdarkly';
    expect(await stream.next()).toEqual({ event: 'changed', data: {} });
  });

  test('is asked anew who it is after a while, so that a session that ended hears no more', async () => {
    let ahead = 0;
    const desk = await startDashboard({ now: () => Date.now() + ahead });
    const client = await loggedIn(desk, 'viewer');
    const stream = await watch(desk, client.cookie);
    await client.post('/dashboard/logout', {});
    ahead = 5 * 60_000 + 1_000;
    await stream.ended;
    expect(stream.retry).toBe(1_000);
    expect((await watch(desk, client.cookie)).status).toBe(401);
  });

  test('is one of 200 at most', async () => {
    const desk = await startDashboard();
    const { cookie } = await loggedIn(desk, 'viewer');
    const open = await Promise.all(Array.from({ length: 200 }, () => watch(desk, cookie)));
    expect(open.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
    expect((await watch(desk, cookie)).status).toBe(429);
  });
});
