import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

const AT_HOME = {
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 1 },
  rules: [{ id: 'home', clauses: [{ attribute: 'country', op: 'in', values: ['US', 'CA'] }], variation: 0 }],
};

test('an evaluation is explained step by step, to a user in the query or a context in the body', async () => {
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
  expect((await api.get('/flags/missing/explain?user_id=bob')).status).toBe(404);
});

test('explaining and previewing change nothing, so the limit of writes does not count them', async () => {
  const { api } = await freshApi({ rateLimits: { writes: { limit: 1, windowMs: 10_000 } } });
  await api.post('/flags', { flag_name: 'at-home', definition: AT_HOME });
  const context = { kind: 'user', key: 'bob' };
  for (let nth = 0; nth < 2; nth += 1) {
    expect((await api.post('/flags/at-home/explain', { context })).status).toBe(200);
    expect((await api.post('/flags/at-home/preview', { status: true })).status).toBe(200);
  }
  expect((await api.put('/flags/at-home', { status: false })).status).toBe(429);
});
