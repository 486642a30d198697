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

test('an evaluation at a time to come follows the plan of the release, and says so', async () => {
  const { api } = await freshApi();
  await api.post('/flags', { flag_name: 'ramped', definition: { ...AT_HOME, rules: [] } });
  const stages = [
    { share: 0, hold: '1h' },
    { share: 100, hold: '1h' },
  ];
  await api.post('/releases', { flag: 'ramped', from: 1, to: 0, stages, start: '2098-01-01T00:00:00Z' });
  const at = '2098-01-01T01:30:00.000Z';
  const now = await api.get('/flags/ramped/explain?user_id=bob');
  expect(now.body).toMatchObject({ value: false });
  expect(now.body).not.toHaveProperty('planned');
  const later = {
    value: true,
    at,
    planned: [{ flag_name: 'ramped', sentence: expect.stringContaining('in stage 2 of 2') }],
  };
  expect((await api.get(`/flags/ramped/explain?user_id=bob&at=${at}`)).body).toMatchObject(later);
  const context = { kind: 'user', key: 'bob' };
  expect((await api.post('/flags/ramped/explain', { context, at })).body).toMatchObject(later);
  expect(await api.post('/flags/ramped/explain', { context, at: '2001-01-01T00:00:00Z' })).toMatchObject({
    status: 422,
    body: { detail: '/at: expected a time to come, got "2001-01-01T00:00:00Z"' },
  });
});
