import { describe, expect, test } from 'vitest';
import type { AnalyticsEvent } from '../../../../src/events/analytics-event.ts';
import { DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../../../src/store/store.ts';
import { type DashboardApp, startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';

const LIVE = '/dashboard/flags/progressive-rollout/live';

function evaluated(user: string, variation: number, flagKey = 'progressive-rollout'): AnalyticsEvent {
  return {
    kind: 'feature',
    at: 1,
    contextKeys: [{ kind: 'user', key: user }],
    flagKey,
    variation,
    value: variation === 0,
    reason: { kind: 'RULE_MATCH' },
    samplingRatio: 1,
  };
}

const played = (user: string): AnalyticsEvent => ({
  kind: 'custom',
  at: 1,
  contextKeys: [{ kind: 'user', key: user }],
  eventKey: 'play',
  metricValue: 3,
  samplingRatio: 1,
});

const report = (
  app: DashboardApp,
  events: readonly AnalyticsEvent[],
  environment: EnvironmentRef = DEFAULT_ENVIRONMENT,
) => app.liveEvents.emit(events.map((event) => ({ environment, receivedAt: Date.UTC(2031, 0, 1), event })));

const rowsIn = (html: string): number => html.match(/class="live-who"/g)?.length ?? 0;

describe('a flag’s events as they come', () => {
  test('evaluations of this flag and what listeners did, newest first', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    report(app, [evaluated('<ann>', 0), evaluated('other', 1, 'another-flag'), played('bob')]);
    const { html } = await client.get(LIVE);
    expect(html).toContain('&lt;ann&gt;');
    expect(textOf(html)).toContain('bob play value 3');
    expect(textOf(html)).toContain('evaluated true rule match');
    expect(rowsIn(html)).toBe(2);
    expect(html.indexOf('bob')).toBeLessThan(html.indexOf('&lt;ann&gt;'));
  });

  test('are filtered by every word', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    report(app, [evaluated('ann', 0), evaluated('ann', 1), evaluated('bob', 0)]);
    expect(rowsIn((await client.get(`${LIVE}?q=ANN+true`)).html)).toBe(1);
    expect(textOf((await client.get(`${LIVE}?q=zzz`)).html)).toContain('No event matches');
  });

  test('of another environment are not shown, and of thousands the latest hundred are', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    report(app, [evaluated('elsewhere', 0)], { project: 'default', environment: 'staging' });
    expect(textOf((await client.get(LIVE)).html)).toContain('No event yet');
    report(
      app,
      Array.from({ length: 2_500 }, (_, index) => evaluated(`user-${index}`, 0)),
    );
    const { html } = await client.get(LIVE);
    expect(rowsIn(html)).toBe(100);
    expect(textOf(html)).toContain('100 of the last 1,000');
    expect(html).toContain('user-2499');
  });

  test('summaries of SDKs are counts', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    const counter = { flagKey: 'progressive-rollout', variation: 1, value: false, count: 1_200 };
    report(app, [{ kind: 'summary', at: 2, startAt: 1, counters: [counter] }]);
    expect(textOf((await client.get(LIVE)).html)).toContain('an SDK evaluated 1,200 times false');
  });
});
