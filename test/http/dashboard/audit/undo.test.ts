import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { flagIn, loggedIn, textOf, CHANGES } from '../../../support/dashboard-client.ts';
import { TESTER } from '../../../support/tester.ts';

describe('undoing', () => {
  test('puts back what was before, says so, and can be undone itself', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    await client.post(CHANGES, { change: 'share', percentage: '100', version: 1 });
    const [moved] = await app.store.audit({ limit: 1 });
    const answer = await client.post('/dashboard/undo', {
      entry: moved?.id ?? 0,
      version: 2,
      back: '/dashboard/flags/progressive-rollout?before=99',
    });
    expect(answer.location).toBe(
      '/dashboard/flags/progressive-rollout?before=99&done=undone&flag=progressive-rollout',
    );
    expect(flagIn(app).definition.fallthrough).toEqual({ variation: 1 });
    const text = textOf((await client.get('/dashboard')).html);
    expect(text).toContain(`undid change ${moved?.id}: changed the rollout from 100 % to 0 %`);
    const [undone] = await app.store.audit({ limit: 1 });
    await client.post('/dashboard/undo', { entry: undone?.id ?? 0, version: 3 });
    expect(flagIn(app).definition.fallthrough.rollout?.variations[0]?.weight).toBe(100_000);
  });

  test.each(['https://evil.example', '//evil.example', '/', '/elsewhere'])(
    'never leads to %s',
    async (back) => {
      const app = await startDashboard();
      const client = await loggedIn(app, 'operator');
      await client.post(CHANGES, { change: 'off', version: 1 });
      const [entry] = await app.store.audit({ limit: 1 });
      const answer = await client.post('/dashboard/undo', { entry: entry?.id ?? 0, version: 2, back });
      expect(answer.location).toBe('/dashboard?done=undone&flag=progressive-rollout');
    },
  );

  test.each([{ entry: 999, version: 1 }, { entry: 'x', version: 1 }, { version: 1 }])(
    '%o undoes nothing',
    async (fields) => {
      const app = await startDashboard();
      const client = await loggedIn(app, 'operator');
      const answer = await client.post('/dashboard/undo', fields);
      expect([409, 422]).toContain(answer.status);
      expect(textOf(answer.html)).toContain('Nothing was undone');
    },
  );

  test('a change of another environment is not undone from here', async () => {
    const app = await startDashboard();
    await app.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const client = await loggedIn(app, 'operator');
    const [entry] = await app.store.audit({
      environment: { project: 'default', environment: 'staging' },
      limit: 1,
    });
    const answer = await client.post('/dashboard/undo', { entry: entry?.id ?? 0, version: 1 });
    expect(answer.status).toBe(409);
  });
});
