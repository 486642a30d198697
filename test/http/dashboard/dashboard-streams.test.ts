import { describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { type DashboardApp, startDashboard } from '../../support/dashboard-app.ts';
import { TESTER } from '../../support/tester.ts';
import { PROGRESSIVE_ROLLOUT } from '../../support/site-app.ts';
import { openSse, type SseClient } from '../../support/sse-client.ts';
import { loggedIn } from '../../support/dashboard-client.ts';

async function watch(app: DashboardApp, cookie: string, query = ''): Promise<SseClient> {
  const stream = await openSse(`${app.url}/dashboard/events${query}`, { headers: { cookie } });
  onTestFinished(() => stream.close());
  return stream;
}

const turn = (app: DashboardApp, on: boolean) =>
  app.store.change(TESTER, {
    type: 'put-flag',
    environment: DEFAULT_ENVIRONMENT,
    key: PROGRESSIVE_ROLLOUT.key,
    definition: { ...PROGRESSIVE_ROLLOUT, on },
  });

describe('an open dashboard', () => {
  test('receives the position, and then every change of its environment', async () => {
    const app = await startDashboard();
    await app.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const { cookie } = await loggedIn(app, 'viewer');
    const stream = await watch(app, cookie);
    const elsewhere = await watch(app, cookie, '?environment=staging');
    const { sequence = 0 } = app.store.snapshot(DEFAULT_ENVIRONMENT) ?? {};
    expect(await stream.next()).toEqual({ event: 'here', data: { sequence } });
    await turn(app, false);
    expect(await stream.next()).toEqual({ event: 'changed', data: { sequence: sequence + 1 } });
    await turn(app, true);
    expect(await stream.next()).toEqual({ event: 'changed', data: { sequence: sequence + 2 } });
    expect(elsewhere.events.map(({ event }) => event)).toEqual(['here']);
  });

  test('receives what listeners get, of the flags that it shows', async () => {
    const app = await startDashboard();
    const { cookie } = await loggedIn(app, 'viewer');
    const stream = await watch(app, cookie, '?flags=progressive-rollout');
    const other = await watch(app, cookie);
    await stream.next();
    for (const key of ['a', 'b', 'c']) app.seenContexts.add({ kind: 'user', key });
    app.seenContexts.add({ kind: 'user', key: 'd', groups: ['beta_testers'] });
    expect(await stream.next()).toMatchObject({
      event: 'levels',
      data: [
        {
          key: 'progressive-rollout',
          total: 4,
          steps: { default: 3, 'rule-0': 1 },
          levels: [
            { text: 'true', count: 1, shareText: '25\u00a0%' },
            { text: 'false', count: 3, shareText: '75\u00a0%' },
          ],
        },
      ],
    });
    expect(other.events.map(({ event }) => event)).toEqual(['here']);
  });

  test('receives when the flags begin to come from elsewhere', async () => {
    let source: 'local' | 'launchdarkly' = 'local';
    const app = await startDashboard({ flagStatus: () => ({ source, detail: 'In other words.' }) });
    const { cookie } = await loggedIn(app, 'viewer');
    const stream = await watch(app, cookie);
    await stream.next();
    source = 'launchdarkly';
    expect(await stream.next()).toEqual({ event: 'changed', data: {} });
  });

  test('is authenticated anew after a while, so that a session that ended receives nothing more', async () => {
    let ahead = 0;
    const app = await startDashboard({ now: () => Date.now() + ahead });
    const client = await loggedIn(app, 'viewer');
    const stream = await watch(app, client.cookie);
    await client.post('/dashboard/logout', {});
    ahead = 5 * 60_000 + 1_000;
    await stream.ended;
    expect(stream.retry).toBe(1_000);
    expect((await watch(app, client.cookie)).status).toBe(401);
  });

  test('is one of 200 at most', async () => {
    const app = await startDashboard();
    const { cookie } = await loggedIn(app, 'viewer');
    const open = await Promise.all(Array.from({ length: 200 }, () => watch(app, cookie)));
    expect(open.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
    expect((await watch(app, cookie)).status).toBe(429);
  });
});
