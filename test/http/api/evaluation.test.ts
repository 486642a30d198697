import { describe, expect, test } from 'vitest';
import { freshApi } from '../../support/api-app.ts';

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

describe('what a user gets', () => {
  test.each([
    ['alice', '', true, { kind: 'TARGET_MATCH' }],
    ['bob', '', false, { kind: 'FALLTHROUGH' }],
    ['bob', 'groups=staff,beta_testers', true, { kind: 'RULE_MATCH', ruleIndex: 0, ruleId: 'testers' }],
    ['bob', 'country=CA', true, { kind: 'RULE_MATCH', ruleIndex: 1, ruleId: 'home' }],
    ['bob', 'country=FR&plan=premium', false, { kind: 'FALLTHROUGH' }],
    ['bob', 'device=radio-7', true, { kind: 'RULE_MATCH', ruleIndex: 2, ruleId: 'device' }],
    ['http://a/b?c', '', false, { kind: 'FALLTHROUGH' }],
  ])('%s with ?%s is %s, because of %o', async (user, query, value, reason) => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'at-home', definition: AT_HOME });
    const answer = await api.get(`/users/${encodeURIComponent(user)}/flags/at-home?${query}`);
    expect(answer.body).toEqual({ flag_name: 'at-home', enabled: value, value, reason, description: null });
    const all = await api.get(`/users/${encodeURIComponent(user)}/flags?${query}`);
    expect(all.body).toEqual({ user_id: user, flags: [answer.body] });
  });

  test('of other than boolean flags is enabled when it is not the off variation', async () => {
    const { api } = await freshApi();
    const colour = {
      on: true,
      variations: ['red', 'green'],
      offVariation: 0,
      fallthrough: { variation: 0 },
      targets: [{ variation: 1, values: ['alice'] }],
    };
    await api.post('/flags', { flag_name: 'colour', definition: colour });
    expect((await api.get('/users/bob/flags/colour')).body).toMatchObject({ value: 'red', enabled: false });
    expect((await api.get('/users/alice/flags/colour')).body).toMatchObject({
      value: 'green',
      enabled: true,
    });
  });

  test('is explained step by step', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'at-home', definition: AT_HOME });
    const byQuery = await api.get('/flags/at-home/explain?user_id=bob&country=US');
    expect(byQuery.body).toMatchObject({
      value: true,
      variation_index: 0,
      reason: { ruleId: 'home' },
      summary: expect.stringContaining('at-home'),
    });
    const byContext = await api.post('/flags/at-home/explain', {
      context: { kind: 'user', key: 'bob', country: 'US' },
    });
    expect(byContext.at('/reason')).toEqual(byQuery.at('/reason'));
    expect((await api.get('/flags/nobody/explain?user_id=bob')).status).toBe(404);
  });
});

describe('a preview', () => {
  test('counts who of those seen lately would get something else, and changes nothing', async () => {
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

  test('of a flag that is not there yet says who would get what', async () => {
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

  test('is tried on users that this door was asked about too', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui', status: true });
    await api.get('/users/alice/flags/new-ui');
    expect((await api.post('/flags/new-ui/preview', { status: false })).body).toMatchObject({
      contexts: 1,
      changed: 1,
    });
  });
});
