import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

test('a flag is promoted to another environment, with the differences shown first', async () => {
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
