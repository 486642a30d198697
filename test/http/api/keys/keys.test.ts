import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

describe('keys', () => {
  test('are shown once, listed by their beginning, rotated with a grace time, and revoked at once', async () => {
    const { api } = await freshApi();
    const made = await api.post('/keys', { kind: 'admin', role: 'viewer', name: 'reader' });
    const key = String(made.at('/key'));
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect((await api.as(key).get('/flags')).status).toBe(200);
    expect((await api.get('/keys')).text).not.toContain(key);

    const rotated = await api.post(`/keys/${String(made.at('/api_key/id'))}/rotate`, { grace_seconds: 3600 });
    const next = String(rotated.at('/key'));
    expect([(await api.as(key).get('/flags')).status, (await api.as(next).get('/flags')).status]).toEqual([
      200, 200,
    ]);

    expect((await api.delete(`/keys/${String(rotated.at('/api_key/id'))}`)).status).toBe(204);
    expect((await api.as(next).get('/flags')).status).toBe(401);
    expect((await api.post(`/keys/${String(rotated.at('/api_key/id'))}/rotate`, {})).status).toBe(409);
    expect((await api.delete('/keys/missing')).status).toBe(404);
  });

  test('belong to an existing environment, and expire in the future', async () => {
    const { api } = await freshApi();
    expect((await api.post('/keys', { kind: 'sdk', name: 'x', environment: 'nowhere' })).status).toBe(404);
    expect(
      (await api.post('/keys', { kind: 'sdk', name: 'x', expires_at: '2020-01-01T00:00:00Z' })).status,
    ).toBe(422);
    expect((await api.post('/keys', { kind: 'admin', name: 'x' })).status).toBe(422);
    expect((await api.post('/keys', { kind: 'sdk', name: 'app' })).at('/api_key')).toMatchObject({
      environment: 'production',
      role: null,
    });
  });

  test('the last administrator’s token cannot be revoked', async () => {
    const { api, keys, tokens } = await freshApi();
    const admin = keys.list().find((key) => key.kind === 'admin' && key.role === 'admin');
    expect((await api.delete(`/keys/${admin?.id}`)).body).toMatchObject({ status: 409, code: 'in_use' });
    expect((await api.as(tokens.admin).get('/keys')).status).toBe(200);
  });
});
