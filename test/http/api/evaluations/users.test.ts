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

describe('the flags of a user', () => {
  test.each([
    ['alice', '', true, { kind: 'TARGET_MATCH' }],
    ['bob', '', false, { kind: 'FALLTHROUGH' }],
    ['bob', 'groups=staff,beta_testers', true, { kind: 'RULE_MATCH', ruleIndex: 0, ruleId: 'testers' }],
    ['bob', 'country=CA', true, { kind: 'RULE_MATCH', ruleIndex: 1, ruleId: 'home' }],
    ['bob', 'country=FR&plan=premium', false, { kind: 'FALLTHROUGH' }],
    ['bob', 'device=radio-7', true, { kind: 'RULE_MATCH', ruleIndex: 2, ruleId: 'device' }],
    ['http://a/b?c', '', false, { kind: 'FALLTHROUGH' }],
  ])('%s with ?%s gets %s, because of %o', async (user, query, value, reason) => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'at-home', definition: AT_HOME });
    const answer = await api.get(`/users/${encodeURIComponent(user)}/flags/at-home?${query}`);
    expect(answer.body).toEqual({ flag_name: 'at-home', enabled: value, value, reason, description: null });
    const all = await api.get(`/users/${encodeURIComponent(user)}/flags?${query}`);
    expect(all.body).toEqual({ user_id: user, flags: [answer.body] });
  });

  test('a flag that is not boolean is enabled when another than the off variation is served', async () => {
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
});

test('evaluations have the limit of SDKs, not that of management', async () => {
  const { api } = await freshApi({
    rateLimits: {
      perAddress: { limit: 2, windowMs: 10_000 },
      perKey: { limit: 2, windowMs: 10_000 },
      evaluations: { limit: 4, windowMs: 10_000 },
    },
  });
  const statuses: number[] = [];
  for (let nth = 1; nth <= 5; nth += 1) statuses.push((await api.get('/users/alice/flags')).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429]);
  expect((await api.get('/flags')).status).toBe(200);
});
