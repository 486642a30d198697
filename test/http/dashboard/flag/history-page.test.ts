import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { CHANGES, loggedIn, textOf } from '../../../support/dashboard-client.ts';

const HISTORY = '/dashboard/flags/progressive-rollout/history';

describe('a flag’s history', () => {
  test('compares any two versions, by default the last two', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await client.post(CHANGES, { change: 'share', percentage: '5', version: 1 });
    await client.post(CHANGES, { change: 'off', version: 2 });
    const last = textOf((await client.get(HISTORY)).html);
    expect(last).toContain('From version 2 to 3');
    expect(last).toContain('It is switched off.');
    expect(last).not.toContain('5 % true');
    const all = textOf((await client.get(`${HISTORY}?from=1&to=3`)).html);
    expect(all).toContain('It is switched off. The default rule serves 5 % true, 95 % false');
    const back = textOf((await client.get(`${HISTORY}?from=3&to=1`)).html);
    expect(back).toContain('It is switched on.');
  });

  test('with one version says what will be here', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    expect(textOf((await client.get(HISTORY)).html)).toContain('There is one version');
  });

  test('versions that do not exist fall back to the last two', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await client.post(CHANGES, { change: 'off', version: 1 });
    const page = await client.get(`${HISTORY}?from=77&to=x`);
    expect(textOf(page.html)).toContain('From version 1 to 2');
  });
});
