import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

describe('environments', () => {
  test('hold a state of their own of every flag of the project, and nothing of another project', async () => {
    const { api } = await freshApi();
    await api.post('/projects/default/environments', { key: 'staging' });
    await api.post('/projects', { key: 'shop' });
    await api.post('/projects/shop/environments', { key: 'production' });
    await api.post('/flags', { flag_name: 'new-ui', status: true });
    expect((await api.get('/flags/new-ui?environment=staging')).at('/status')).toBe(false);
    expect((await api.get('/flags?project=shop')).body).toEqual([]);
    await api.delete('/flags/new-ui');
    expect((await api.get('/flags/new-ui?environment=staging')).status).toBe(404);
    expect((await api.post('/projects', { key: 'shop' })).body).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    expect((await api.post('/projects/shop/environments', { key: 'production' })).status).toBe(409);
    expect((await api.post('/projects/missing/environments', { key: 'x' })).status).toBe(404);
  });
});
