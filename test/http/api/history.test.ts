import { describe, expect, test } from 'vitest';
import { freshApi } from '../../support/api-app.ts';

describe('the audit log', () => {
  test('says who changed what, when, why and from where', async () => {
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

  test('undoes a change, a deletion, and an undoing', async () => {
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
    expect((await api.post('/projects/nobody/environments', { key: 'x' })).status).toBe(404);
  });

  test('take a flag from one another, with the difference shown first', async () => {
    const { api } = await freshApi();
    await api.post('/projects/default/environments', { key: 'staging' });
    await api.post('/flags', { flag_name: 'new-ui', description: 'new' });
    await api.put('/flags/new-ui?environment=staging', {
      status: true,
      description: 'tested',
      definition: { salt: 'of-staging', targets: [{ variation: 0, values: ['alice'] }] },
    });
    const promote = (dry_run: boolean, headers = {}) =>
      api.post('/flags/new-ui/promote', { from: 'staging', to: 'production', dry_run }, { headers });
    const shown = await promote(true);
    expect(shown.at('/differences')).toEqual([
      { pointer: '/description', before: 'new', after: 'tested' },
      { pointer: '/definition/on', before: false, after: true },
      { pointer: '/definition/targets', after: [{ variation: 0, values: ['alice'] }] },
    ]);
    expect((await api.get('/flags/new-ui')).at('/version')).toBe(1);
    expect((await promote(false, { 'if-match': '"7"' })).status).toBe(412);
    const done = await promote(false, { 'if-match': '"1"' });
    expect(done.body).toMatchObject({
      differences: shown.at('/differences'),
      flag: { version: 2, status: true, definition: { salt: 'new-ui', targets: [{ values: ['alice'] }] } },
    });
    expect((await promote(true)).at('/differences')).toEqual([]);
  });
});
