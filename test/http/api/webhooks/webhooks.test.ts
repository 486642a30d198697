import { describe, expect, test, vi } from 'vitest';
import { freshApi } from '../../../support/api-app.ts';
import { webhookReceiver } from '../../../support/webhook-receiver.ts';

describe('webhooks', () => {
  test('receive a test event and changes, and list their deliveries', async () => {
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

  test('never show the response of a target', async () => {
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

  test('are refused when the name resolves to a private address, on creation and on update', async () => {
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
