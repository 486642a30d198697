import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

test('what operators change beside flags is in the chained log, and who changed it', async () => {
  const { api } = await freshApi();
  const path = async (made: ReturnType<typeof api.post>): Promise<string> => {
    const { status, headers } = await made;
    expect(status).toBe(201);
    return headers.get('location') ?? '';
  };
  const before = (await api.get('/audit/administration')).at('/0/id');

  await api.post('/projects', { key: 'club', name: 'Club' });
  await api.post('/projects/club/environments', { key: 'test', name: 'Test' });
  await api.put('/projects/default/environments/production/settings', { secure_mode: true });
  const key = await api.post('/keys', { kind: 'admin', name: 'ci', role: 'viewer' });
  const rotated = await api.post(`/keys/${String(key.at('/api_key/id'))}/rotate`, { grace_seconds: 60 });
  await api.delete(`/keys/${String(rotated.at('/api_key/id'))}`);
  const hook = await api.post('/webhooks', { url: 'https://example.com/hook' });
  const hookPath = `/webhooks/${String(hook.at('/webhook/id'))}`;
  await api.put(hookPath, { enabled: false });
  await api.post(`${hookPath}/rotate`, {});
  await api.delete(hookPath);
  const course = {
    stages: [
      { share: 10, hold: '10m' },
      { share: 100, hold: '10m' },
    ],
    guards: [{ metric: 'playlist-error' }],
  };
  await api.put('/releases/templates/mine', { course });
  await api.delete('/releases/templates/mine');
  const metric = { kind: 'conversion', event_key: 'signed-up', name: 'sign-ups', direction: 'up' };
  await api.put('/metrics-definitions/sign-ups', metric);
  await api.put('/metrics-definitions/sign-ups', metric);
  await api.delete('/metrics-definitions/sign-ups');
  await api.post('/flags', { flag_name: 'cover', status: true, rollout_percentage: 0 });
  const at = new Date(Date.now() + 86_400_000).toISOString();
  await api.delete(await path(api.post('/schedules', { flag_name: 'cover', action: 'off', at })));
  const release = await path(
    api.post('/releases', { flag: 'cover', from: 1, to: 0, ...course, start: 'manual' }),
  );
  await api.post(`${release}/start`);
  await api.post(`${release}/rollback`);
  await api.delete('/contexts/user/anna');
  await api.post('/cookie-secrets/rotate');

  const { body } = await api.get('/audit/administration?limit=100');
  const log: unknown[] = Array.isArray(body) ? body : [];
  const isNew = (entry: unknown): boolean =>
    typeof entry === 'object' && entry !== null && 'id' in entry && Number(entry.id) > Number(before);
  const fresh = log.filter(isNew).toReversed();
  expect(
    fresh.map((entry) => {
      expect(entry).toMatchObject({ author: { id: expect.any(String) } });
      return JSON.stringify(entry).replace(/.*"kind":"([\w-]+)".*"action":"([\w-]+)".*/, '$1 $2');
    }),
  ).toEqual([
    'project create',
    'environment create',
    'settings update',
    'key create',
    'key rotate',
    'key revoke',
    'webhook create',
    'webhook update',
    'webhook rotate',
    'webhook delete',
    'release-template update',
    'release-template delete',
    'metric create',
    'metric update',
    'metric delete',
    'schedule create',
    'schedule cancel',
    'release create',
    'release start',
    'release rollback',
    'context erase',
    'secrets rotate',
  ]);
  // No secret, and not who was erased.
  for (const secret of [key.at('/key'), hook.at('/secret'), 'anna'])
    expect(JSON.stringify(fresh)).not.toContain(String(secret));
});
