import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const SETTINGS = '/projects/default/environments/production/settings';
const OPEN = { secure_mode: false, allowed_origins: '*' };

describe('the settings of an environment', () => {
  test('are open until somebody changes them, and only what is named changes', async () => {
    const { api } = await freshApi();
    expect((await api.get(SETTINGS)).body).toEqual(OPEN);
    expect((await api.put(SETTINGS, { secure_mode: true })).body).toEqual({ ...OPEN, secure_mode: true });
    const origins = ['https://shop.example', 'http://localhost:8080'];
    const both = { secure_mode: true, allowed_origins: origins };
    expect((await api.put(SETTINGS, { allowed_origins: [...origins, ...origins] })).body).toEqual(both);
    expect((await api.put(SETTINGS, {})).body).toEqual(both);
    expect((await api.get(SETTINGS)).body).toEqual(both);
    expect((await api.put(SETTINGS, { allowed_origins: '*', secure_mode: false })).body).toEqual(OPEN);
  });

  test('are its own', async () => {
    const { api } = await freshApi();
    await api.post('/projects/default/environments', { key: 'staging' });
    await api.put(SETTINGS, { secure_mode: true, allowed_origins: [] });
    expect((await api.get('/projects/default/environments/staging/settings')).body).toEqual(OPEN);
  });

  test('are read by viewers and changed by administrators', async () => {
    const { api, tokens } = await freshApi();
    expect((await api.as(tokens.viewer).get(SETTINGS)).body).toEqual(OPEN);
    for (const role of ['viewer', 'operator'] as const) {
      expect((await api.as(tokens[role]).put(SETTINGS, { secure_mode: true })).status).toBe(403);
    }
    expect((await api.get(SETTINGS)).body).toEqual(OPEN);
  });

  test.each([
    '/projects/default/environments/nowhere/settings',
    '/projects/missing/environments/production/settings',
    '/projects/default/environments/..%2fx/settings',
    '/projects/__proto__/environments/constructor/settings',
  ])('are nowhere where there is no environment: %s', async (path) => {
    const { api } = await freshApi();
    const answers = [await api.get(path), await api.put(path, { secure_mode: true })];
    for (const { body } of answers) expect(body).toMatchObject({ status: 404, code: 'not_found' });
  });

  test.each<[string, unknown, string, string]>([
    ['null', null, '', 'invalid_type'],
    ['an unknown field', { colour: 'red' }, '/colour', 'unknown_field'],
    ['a mode that is text', { secure_mode: 'true' }, '/secure_mode', 'invalid_type'],
    ['another word for all', { allowed_origins: 'all' }, '/allowed_origins', 'invalid_type'],
    ['no origins at all', { allowed_origins: null }, '/allowed_origins', 'invalid_type'],
    ['a star in the list', { allowed_origins: ['*'] }, '/allowed_origins/0', 'invalid_value'],
    [
      'a star in a name',
      { allowed_origins: ['https://*.shop.example'] },
      '/allowed_origins/0',
      'invalid_value',
    ],
    ['a path', { allowed_origins: ['https://shop.example/'] }, '/allowed_origins/0', 'invalid_value'],
    [
      'the port that goes without saying',
      { allowed_origins: ['https://a.example', 'https://shop.example:443'] },
      '/allowed_origins/1',
      'invalid_value',
    ],
    ['the origin null', { allowed_origins: ['null'] }, '/allowed_origins/0', 'invalid_value'],
    ['another scheme', { allowed_origins: ['ftp://shop.example'] }, '/allowed_origins/0', 'invalid_value'],
    [
      '101 origins',
      { allowed_origins: Array.from({ length: 101 }, (_, nth) => `https://shop${nth}.example`) },
      '/allowed_origins',
      'limit_exceeded',
    ],
  ])('are not changed by %s', async (_what, body, pointer, code) => {
    const { api } = await freshApi();
    const refused = await api.put(SETTINGS, body);
    expect(refused.body).toMatchObject({ status: 422, code, errors: [{ pointer, code }] });
    expect((await api.get(SETTINGS)).body).toEqual(OPEN);
  });
});
