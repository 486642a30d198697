import { describe, expect, test, vi } from 'vitest';
import { freshApi } from '../../support/api-app.ts';
import { webhookReceiver } from '../../support/webhook-receiver.ts';

describe('scheduled changes', () => {
  test('are listed by their time, page by page, and cancelled', async () => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    const at = (hour: number) => `2090-01-01T0${hour}:00:00.000Z`;
    for (const hour of [3, 1, 2]) {
      const made = await api.post('/schedules', {
        flag_name: 'new-ui',
        action: 'set',
        rollout_percentage: hour * 10,
        at: at(hour),
      });
      expect(made.body).toMatchObject({
        state: 'waiting',
        action: 'set',
        rollout_percentage: hour * 10,
        at: at(hour),
        created_by: { id: 'admin' },
      });
    }
    const first = await api.get('/schedules?limit=2');
    const second = await api.get(/<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '');
    expect([first.at('/0/at'), first.at('/1/at'), second.at('/0/at')]).toEqual([at(1), at(2), at(3)]);
    const id = String(first.at('/0/id'));
    expect((await api.delete(`/schedules/${id}`)).status).toBe(204);
    expect((await api.get(`/schedules/${id}`)).body).toMatchObject({ state: 'cancelled' });
    expect((await api.delete(`/schedules/${id}`)).status).toBe(409);
    expect((await api.get('/schedules?state=waiting&flag_name=new-ui')).body).toHaveLength(2);
    expect((await api.get('/schedules/nobody')).status).toBe(404);
  });

  test.each<[string, object, number, string]>([
    ['a time that is over', { action: 'on', at: '2020-01-01T00:00:00Z' }, 422, 'invalid_value'],
    ['a time without a zone', { action: 'on', at: '2090-01-01T00:00:00' }, 422, 'invalid_value'],
    ['a share without a number', { action: 'set', at: '2090-01-01T00:00:00Z' }, 422, 'invalid_type'],
    [
      'a share of 101',
      { action: 'set', rollout_percentage: 101, at: '2090-01-01T00:00:00Z' },
      422,
      'limit_exceeded',
    ],
    ['another action', { action: 'explode', at: '2090-01-01T00:00:00Z' }, 422, 'invalid_value'],
    [
      'a share of colours',
      { action: 'set', rollout_percentage: 5, at: '2090-01-01T00:00:00Z', flag_name: 'colour' },
      422,
      'invalid_rollout',
    ],
    [
      'a flag that is not there',
      { action: 'on', at: '2090-01-01T00:00:00Z', flag_name: 'nobody' },
      404,
      'not_found',
    ],
  ])('refuse %s', async (_what, body, status, code) => {
    const { api } = await freshApi();
    await api.post('/flags', { flag_name: 'new-ui' });
    await api.post('/flags', {
      flag_name: 'colour',
      definition: { on: true, variations: ['a', 'b'], offVariation: 0, fallthrough: { variation: 0 } },
    });
    const refused = await api.post('/schedules', { flag_name: 'new-ui', ...body });
    expect(refused.body).toMatchObject({ status, code });
  });
});

describe('webhooks', () => {
  test('are tried by a button, told of changes, and say how it went', async () => {
    const receiver = await webhookReceiver();
    const { api, notifier } = await freshApi({ allowedTargets: ['127.0.0.1'] });
    const created = await api.post('/webhooks', { url: receiver.url, events: ['flag.updated'] });
    expect(created.at('/secret')).toMatch(/^whsec_/);
    const path = `/webhooks/${String(created.at('/webhook/id'))}`;
    expect((await api.get('/webhooks')).text).not.toContain('whsec_');
    expect((await api.post(`${path}/test`)).body).toMatchObject({
      event: 'test',
      state: 'delivered',
      attempts: [{ status: 204, error: null }],
    });

    notifier.start();
    await api.post('/flags', { flag_name: 'new-ui' });
    await api.put('/flags/new-ui', { status: true });
    await vi.waitFor(() => expect(receiver.received).toHaveLength(2), 5_000);
    expect(JSON.parse(receiver.received[1]?.body ?? '')).toMatchObject({
      type: 'flag.updated',
      data: { name: 'new-ui' },
    });
    await expect
      .poll(async () => (await api.get(`${path}/deliveries`)).body)
      .toMatchObject([{ event: 'flag.updated', state: 'delivered' }, { event: 'test' }]);
    const first = await api.get(`${path}/deliveries?limit=1`);
    const next = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect((await api.get(next)).body).toMatchObject([{ event: 'test' }]);
  });

  test('never show what a target answers', async () => {
    const receiver = await webhookReceiver(() => ({ status: 500, headers: { 'x-secret': 'of-the-inside' } }));
    const { api } = await freshApi({ allowedTargets: ['127.0.0.1'] });
    const path = `/webhooks/${String((await api.post('/webhooks', { url: receiver.url })).at('/webhook/id'))}`;
    const sent = await api.post(`${path}/test`);
    expect(sent.body).toMatchObject({ state: 'waiting', attempts: [{ status: 500, error: 'status_500' }] });
    expect(sent.text).not.toContain('of-the-inside');
    expect((await api.post(`${path}/deliveries/${String(sent.at('/id'))}/retry`)).body).toMatchObject({
      state: 'waiting',
      attempts: [],
    });
  });

  test('are refused where a name leads inside, at save and at change', async () => {
    const { api } = await freshApi({
      resolve: async (name) => (name === 'good.example.com' ? ['93.184.216.34'] : ['10.0.0.1']),
    });
    expect((await api.post('/webhooks', { url: 'https://bad.example.com/' })).body).toMatchObject({
      status: 422,
      code: 'forbidden_target',
    });
    const path = `/webhooks/${String((await api.post('/webhooks', { url: 'https://good.example.com/' })).at('/webhook/id'))}`;
    expect((await api.put(path, { url: 'https://bad.example.com/' })).body).toMatchObject({
      status: 422,
      code: 'forbidden_target',
    });
    expect((await api.put(path, { enabled: false, description: 'later' })).body).toMatchObject({
      url: 'https://good.example.com/',
      enabled: false,
    });
    expect((await api.delete(path)).status).toBe(204);
    expect((await api.get(path)).status).toBe(404);
  });
});

describe('keys', () => {
  test('are shown once, listed by their beginning, rotated with a grace time, and revoked at once', async () => {
    const { api } = await freshApi();
    const made = await api.post('/keys', { kind: 'admin', role: 'viewer', name: 'reader' });
    const key = String(made.at('/key'));
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect((await api.as(key).get('/flags')).status).toBe(200);
    expect((await api.get('/keys')).text).not.toContain(key);

    const rotated = await api.post(`/keys/${String(made.at('/api_key/id'))}/rotate`, { grace_seconds: 3600 });
    const next = String(rotated.at('/key'));
    expect([(await api.as(key).get('/flags')).status, (await api.as(next).get('/flags')).status]).toEqual([
      200, 200,
    ]);

    expect((await api.delete(`/keys/${String(rotated.at('/api_key/id'))}`)).status).toBe(204);
    expect((await api.as(next).get('/flags')).status).toBe(401);
    expect((await api.post(`/keys/${String(rotated.at('/api_key/id'))}/rotate`, {})).status).toBe(409);
    expect((await api.delete('/keys/nobody')).status).toBe(404);
  });

  test('have a log of what happened to them, of what they were refused too, page by page', async () => {
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

  test('belong to an environment that is there, and end in the time to come', async () => {
    const { api } = await freshApi();
    expect((await api.post('/keys', { kind: 'sdk', name: 'x', environment: 'nowhere' })).status).toBe(404);
    expect(
      (await api.post('/keys', { kind: 'sdk', name: 'x', expires_at: '2020-01-01T00:00:00Z' })).status,
    ).toBe(422);
    expect((await api.post('/keys', { kind: 'admin', name: 'x' })).status).toBe(422);
    expect((await api.post('/keys', { kind: 'sdk', name: 'app' })).at('/api_key')).toMatchObject({
      environment: 'production',
      role: null,
    });
  });

  test('of administrators never run out', async () => {
    const { api, keys, tokens } = await freshApi();
    const admin = keys.list().find((key) => key.kind === 'admin' && key.role === 'admin');
    expect((await api.delete(`/keys/${admin?.id}`)).body).toMatchObject({ status: 409, code: 'in_use' });
    expect((await api.as(tokens.admin).get('/keys')).status).toBe(200);
  });
});

test('the service is not ready while a part of it is not, and says which', async () => {
  const { api } = await freshApi({
    readiness: () => [{ name: 'playlist', ok: false, detail: 'playlist.json: entry 3 has no artist' }],
  });
  const ready = await api.get('/ready');
  expect(ready.body).toMatchObject({
    status: 'not_ready',
    checks: [
      { name: 'store', ok: true },
      { name: 'playlist', ok: false },
    ],
  });
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await api.get('/health')).status).toBe(200);
});
