import { describe, expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const AT_HOME = {
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 1 },
  targets: [{ variation: 0, values: ['alice'] }],
  rules: [
    { id: 'testers', clauses: [{ attribute: 'groups', op: 'in', values: ['beta_testers'] }], variation: 0 },
    { id: 'home', clauses: [{ attribute: 'country', op: 'in', values: ['US', 'CA'] }], variation: 0 },
    { id: 'device', clauses: [{ attribute: 'device', op: 'startsWith', values: ['radio'] }], variation: 0 },
  ],
};

describe('a preview', () => {
  test('counts the recent contexts that would get something else, and changes nothing', async () => {
    const { api, seenContexts } = await freshApi();
    await api.post('/flags', { flag_name: 'at-home', definition: AT_HOME });
    for (let nth = 0; nth < 20; nth += 1) {
      seenContexts.add({
        kind: 'user',
        key: `user-${nth}`,
        country: nth % 4 === 0 ? 'US' : 'FR',
        email: 'x',
        _meta: { privateAttributes: ['email'] },
      });
    }
    const preview = await api.post('/flags/at-home/preview', { definition: { rules: [] } });
    expect(preview.body).toMatchObject({
      contexts: 20,
      changed: 5,
      changes: [
        { from: { value: true, variation_index: 0 }, to: { value: false, variation_index: 1 }, count: 5 },
      ],
    });
    expect(preview.at('/changes/0/examples')).toHaveLength(5);
    expect(preview.text).not.toContain('email":"x');
    expect((await api.get('/flags/at-home')).at('/version')).toBe(1);
    expect((await api.post('/flags/at-home/preview', { status: true })).body).toMatchObject({
      changed: 0,
      changes: [],
    });
  });

  test('of a flag that does not exist yet shows what it would serve', async () => {
    const { api, seenContexts } = await freshApi();
    seenContexts.add({ kind: 'user', key: 'alice' });
    const preview = await api.post('/flags/new-ui/preview', { status: true });
    expect(preview.at('/changes')).toMatchObject([{ from: null, to: { value: true }, count: 1 }]);
    expect((await api.get('/flags/new-ui')).status).toBe(404);
  });

  test('refuses a draft that a write would refuse', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    const draft = { definition: { fallthrough: { variation: 9 } } };
    expect((await api.post('/flags/new-ui/preview', draft)).body).toMatchObject({
      status: 422,
      code: 'invalid_variation',
    });
  });

  test('includes users that were evaluated by REST', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui', status: true });
    await api.get('/users/alice/flags/new-ui');
    expect((await api.post('/flags/new-ui/preview', { status: false })).body).toMatchObject({
      contexts: 1,
      changed: 1,
    });
  });
});
