import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { webhookReceiver } from '../../../support/webhook-receiver.ts';

const FORM = { url: '', description: 'for <chat>', where: 'every', enabled: 'on' };

async function withWebhook() {
  const app = await startDashboard();
  const client = await loggedIn(app, 'admin');
  const receiver = await webhookReceiver();
  const made = await client.post('/dashboard/webhooks', {
    ...FORM,
    url: receiver.url,
    events: 'flag.updated',
  });
  const [webhook] = await app.notifier.webhooks.list();
  if (webhook === undefined) throw new Error('no webhook was made');
  return { app, client, receiver, made, webhook, path: `/dashboard/webhooks/${webhook.id}` };
}

describe('managing webhooks', () => {
  test('a new webhook shows its secret once, and what it hears of', async () => {
    const { client, made, webhook, path, receiver } = await withWebhook();
    expect(made.html).toMatch(/whsec_/);
    expect(webhook).toMatchObject({
      url: receiver.url,
      description: 'for <chat>',
      events: ['flag.updated'],
      environment: null,
      enabled: true,
    });
    const list = await client.get('/dashboard/webhooks');
    expect(list.html).toContain('for &lt;chat&gt;');
    expect(textOf(list.html)).toContain('flag.updated, in every environment');
    expect((await client.get(path)).html).not.toMatch(/whsec_/);
  });

  test('a test is sent at once, and its answer is on the page', async () => {
    const { client, receiver, path } = await withWebhook();
    const answer = await client.post(`${path}/test`, {});
    expect(answer.location).toBe(`${path}?done=webhook-tested`);
    expect(receiver.received).toHaveLength(1);
    const text = textOf((await client.get(path)).html);
    expect(text).toContain('test delivered');
    expect(text).toMatch(/status 2\d\d, after \d+ ms/);
  });

  test('a delivery can be sent again', async () => {
    const { app, client, receiver, path, webhook } = await withWebhook();
    await client.post(`${path}/test`, {});
    const [delivery] = await app.notifier.deliveries.list(webhook.id, { limit: 1 });
    const answer = await client.post(`${path}/resend`, { delivery: delivery?.id ?? '' });
    expect(answer.location).toBe(`${path}?done=webhook-resent`);
    await app.notifier.runner.tick();
    expect(receiver.received).toHaveLength(2);
    const gone = await client.post(`${path}/resend`, { delivery: 'unknown' });
    expect(gone.status).toBe(409);
  });

  test('saving changes only what the form says, and a new secret is shown once', async () => {
    const { app, client, path, webhook, receiver } = await withWebhook();
    await client.post(path, { url: receiver.url, description: '', where: 'here' });
    expect(await app.notifier.webhooks.get(webhook.id)).toMatchObject({
      description: null,
      events: [],
      environment: 'production',
      enabled: false,
    });
    expect((await client.post(`${path}/rotate`, {})).html).toMatch(/whsec_/);
  });

  test('a deleted webhook is gone', async () => {
    const { app, client, path } = await withWebhook();
    const answer = await client.post(`${path}/delete`, {});
    expect(answer.location).toBe('/dashboard/webhooks?done=webhook-deleted');
    expect(await app.notifier.webhooks.list()).toEqual([]);
    expect((await client.get(path)).status).toBe(404);
  });

  test.each([
    ['http://10.0.0.1/', 'expected'],
    ['not an address', 'got not an absolute URL'],
    ['', 'expected an address'],
  ])('%s is refused, and what was typed comes back', async (url, words) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'admin');
    const answer = await client.post('/dashboard/webhooks', { ...FORM, url, events: 'flag.created' });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain(words);
    expect(answer.html).toContain(`value="${url}"`);
    expect(answer.html).toMatch(/value="flag.created" checked/);
    expect(await app.notifier.webhooks.list()).toEqual([]);
  });

  test.each(['viewer', 'operator'] as const)('a %s sees who may, and changes nothing', async (role) => {
    const { app, webhook, path } = await withWebhook();
    const client = await loggedIn(app, role);
    expect(textOf((await client.get('/dashboard/webhooks')).html)).toContain('Only for administrators');
    expect((await client.get(path)).status).toBe(403);
    expect((await client.post(`${path}/delete`, {})).status).toBe(403);
    expect(await app.notifier.webhooks.get(webhook.id)).toBeDefined();
  });
});
