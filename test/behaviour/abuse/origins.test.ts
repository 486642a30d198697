import { expect, test } from 'vitest';
import { startApp } from '../../support/running-app.ts';

test('another environment’s ID in the query does not get round the allowed origins', async () => {
  const app = await startApp();
  const admin = { authorization: `Bearer ${app.key('ADMIN_TOKEN')}`, 'content-type': 'application/json' };
  const send = async (method: string, path: string, body: object): Promise<unknown> =>
    (await fetch(app.url + path, { method, headers: admin, body: JSON.stringify(body) })).json();
  await send('POST', '/projects/default/environments', { key: 'open' });
  const { key: openId } = (await send('POST', '/keys', {
    kind: 'client-side-id',
    name: 'open',
    environment: 'open',
  })) as { key: string };
  const { key: closedId } = (await send('POST', '/keys', { kind: 'client-side-id', name: 'closed' })) as {
    key: string;
  };
  await send('PUT', '/projects/default/environments/production/settings', {
    allowed_origins: ['https://shop.example'],
  });
  const context = Buffer.from('{"kind":"user","key":"alice"}').toString('base64url');
  const allowed = async (path: string): Promise<string | null> =>
    (await fetch(app.url + path, { headers: { origin: 'https://evil.example' } })).headers.get(
      'access-control-allow-origin',
    );
  expect(await allowed(`/sdk/evalx/${closedId}/contexts/${context}`)).toBe(null);
  expect(await allowed(`/sdk/evalx/${closedId}/contexts/${context}?auth=${openId}`)).toBe(null);
  expect(await allowed(`/sdk/poll/eval/${context}?auth=${openId}`)).toBe('*');
  expect(await allowed(`/sdk/poll/eval/${context}?auth=${closedId}`)).toBe(null);
});
