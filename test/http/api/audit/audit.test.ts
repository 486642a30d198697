import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

describe('the audit log', () => {
  test('lists who changed what, when, why and from where', async () => {
    const { api, tokens } = await freshApi();
    await api.as(tokens.operator).post('/flags', { flag_name: 'new-ui', comment: 'for the talk' });
    await api.as(tokens.operator).put('/flags/new-ui', { status: true });
    const log = await api.get('/audit');
    expect(log.body).toMatchObject([
      {
        action: 'update',
        name: 'new-ui',
        before: { definition: { on: false } },
        after: { definition: { on: true } },
      },
      {
        action: 'create',
        before: null,
        author: {
          id: 'operator',
          via: 'api',
          address: expect.stringContaining('127.0.0.1'),
          comment: 'for the talk',
        },
      },
    ]);
  });

  test('is read by page, by flag and by environment', async () => {
    const { api } = await freshApi();
    await api.post('/projects', { key: 'shop' });
    await api.post('/projects/shop/environments', { key: 'live' });
    for (const name of ['a', 'b', 'c']) await api.post('/flags', { flag_name: name });
    await api.post('/flags?project=shop&environment=live', { flag_name: 'd' });
    await api.post('/segments', { segment_name: 'a' });
    const names = (body: unknown): unknown =>
      Array.isArray(body) ? body.map((entry: { name: string }) => entry.name) : body;
    const first = await api.get('/audit?limit=2');
    const next = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await api.get(next);
    expect([names(first.body), names(second.body)]).toEqual([
      ['a', 'd'],
      ['c', 'b'],
    ]);
    expect(names((await api.get('/audit?name=a&kind=flag')).body)).toEqual(['a']);
    expect(names((await api.get('/audit?project=shop&environment=live')).body)).toEqual(['d']);
    expect((await api.get('/audit?project=shop')).status).toBe(400);
  });

  test('undoes a change, a deletion and an undo', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui', status: true, rollout_percentage: 20 });
    await api.put('/flags/new-ui', { rollout_percentage: 100 });
    const last = async () => String((await api.get('/audit?limit=1')).at('/0/id'));
    const undone = await api.post(`/audit/${await last()}/undo`);
    expect(undone.body).toMatchObject({ changed: true, version: 3 });
    expect((await api.get('/flags/new-ui')).body).toMatchObject({ rollout_percentage: 20 });
    await api.post(`/audit/${await last()}/undo`);
    expect((await api.get('/flags/new-ui')).body).toMatchObject({ rollout_percentage: 100 });
    await api.delete('/flags/new-ui');
    await api.post(`/audit/${await last()}/undo`);
    expect((await api.get('/flags/new-ui')).body).toMatchObject({ rollout_percentage: 100, status: true });
    expect((await api.get('/audit?limit=1')).at('/0/undoes')).toEqual(expect.any(Number));
  });
});
