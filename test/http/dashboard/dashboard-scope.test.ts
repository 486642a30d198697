import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../support/dashboard-app.ts';
import { flagIn, loggedIn } from '../../support/dashboard-client.ts';
import { TESTER } from '../../support/tester.ts';

describe('environments', () => {
  test('environments are pages of their own', async () => {
    const app = await startDashboard();
    await app.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const client = await loggedIn(app, 'operator');
    const { html } = await client.get('/dashboard?environment=staging');
    expect(html).toMatch(/href="\/dashboard\?environment=staging" aria-current="true">Staging</);
    const action = /action="([^"]+changes[^"]*)"/.exec(html)?.[1] ?? '';
    const answer = await client.post(action, { change: 'on', version: 1 });
    expect(answer.location).toBe(
      '/dashboard?environment=staging&done=on&flag=progressive-rollout#f-progressive-rollout',
    );
    expect(flagIn(app).version).toBe(1);
    expect((await client.get('/dashboard?environment=nowhere')).status).toBe(404);
  });
});
