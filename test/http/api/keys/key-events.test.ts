import { expect, test } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';

test('key events list creations, rotations and refusals, page by page', async () => {
  const { api, tokens, sdkKey } = await freshApi();
  const made = await api.post('/keys', { kind: 'sdk', name: 'shop' });
  const id = String(made.at('/api_key/id'));
  await api.post(`/keys/${id}/rotate`, { grace_seconds: 0 });
  await api.as(tokens.viewer).put('/flags/new-ui', { status: true });
  await api.as(sdkKey).get('/audit');

  const log = await api.get('/keys/events?limit=4');
  const keys = (await api.get('/keys')).body as readonly { readonly id: string; readonly role?: string }[];
  const viewer = keys.find(({ role }) => role === 'viewer')?.id;
  expect(viewer).toBeDefined();
  expect(log.body).toMatchObject([
    { action: 'refuse', detail: expect.stringContaining('GET /audit needs'), author: { id: 'sdk' } },
    { action: 'refuse', key_id: viewer, detail: expect.stringContaining('PUT /flags/new-ui needs') },
    { action: 'rotate', key_id: id, author: { id: 'admin', via: 'api', address: '127.0.0.1' } },
    { action: 'create', key_id: id, detail: 'shop', at: expect.stringMatching(/Z$/) },
  ]);
  const rest = await api.get(/<([^>]+)>/.exec(log.headers.get('link') ?? '')?.[1] ?? '');
  expect([rest.body, rest.headers.get('link')]).toEqual([
    expect.arrayContaining([expect.objectContaining({ action: 'create', detail: 'viewer' })]),
    null,
  ]);
  expect(`${log.text}${rest.text}`).not.toContain(String(made.at('/key')));
  for (const role of ['viewer', 'operator'] as const) {
    expect((await api.as(tokens[role]).get('/keys/events')).status).toBe(403);
  }
  const audit = await api.get('/audit?cursor=x');
  expect([audit.status, (await api.get('/keys/events?cursor=x')).status]).toEqual([400, 400]);
  expect((await api.get('/keys/events?limit=101')).body).toMatchObject({ code: 'invalid_query' });
});
