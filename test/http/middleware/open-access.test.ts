import { request } from 'node:http';
import { expect, test } from 'vitest';
import { useApp } from '../../support/running-app.ts';

const app = useApp({ AUTH: 'off' });

const EVIL = 'https://evil.example';
const NEIGHBOUR = 'http://localhost:5173';

test.each([
  ['a request of no browser', 'POST', '/audit/999999/undo', {}, 404],
  ['a form of this site', 'POST', '/audit/999999/undo', { 'sec-fetch-site': 'same-origin' }, 404],
  [
    'a page of another site',
    'POST',
    '/audit/999999/undo',
    { 'sec-fetch-site': 'cross-site', origin: EVIL },
    403,
  ],
  ['the same, by its origin alone', 'POST', '/audit/999999/undo', { origin: EVIL }, 403],
  ['a page without an origin', 'POST', '/audit/999999/undo', { origin: 'null' }, 403],
  [
    'an application on this machine',
    'POST',
    '/audit/999999/undo',
    { 'sec-fetch-site': 'same-site', origin: NEIGHBOUR },
    403,
  ],
  [
    'a script tag elsewhere',
    'GET',
    '/flags',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    403,
  ],
  [
    'a page elsewhere that evaluates',
    'GET',
    '/sdk/goals/x',
    { 'sec-fetch-site': 'cross-site', origin: EVIL },
    403,
  ],
  [
    'an application here that evaluates',
    'GET',
    '/sdk/goals/x',
    { 'sec-fetch-site': 'same-site', origin: NEIGHBOUR },
    200,
  ],
  [
    'a link',
    'GET',
    '/dashboard',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    200,
  ],
  [
    'a frame',
    'GET',
    '/dashboard',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    403,
  ],
])('with AUTH=off, %s: %s %s is answered by its origin', async (_, method, path, headers, status) => {
  // Browsers set these headers themselves; this is what their requests look like when they arrive.
  const response = await sendAs(method, path, headers);
  expect(response).toBe(status);
});

async function sendAs(method: string, path: string, headers: object): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request({
    host: '127.0.0.1',
    port: app().port,
    method,
    path,
    headers: { ...headers },
    agent: false,
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    response.resume().on('end', () => resolve(response.statusCode ?? 0));
  });
  sent.end();
  return promise;
}
