import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { startApp, type RunningApp } from '../support/running-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});

const anna = { kind: 'user', key: 'anna' };
const b64 = (context: object): string => Buffer.from(JSON.stringify(context)).toString('base64url');

async function change(settings: object): Promise<void> {
  const response = await fetch(`${app.url}/projects/default/environments/production/settings`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}`, 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  expect(response.status).toBe(200);
}

/** The endpoints that browsers ask, for anna. */
const endpoints = (query = ''): readonly string[] => {
  const id = app.key('CLIENT_SIDE_ID');
  return [
    `/sdk/evalx/${id}/contexts/${b64(anna)}?${query}`,
    `/sdk/evalx/${id}/users/${b64(anna)}?${query}`,
    `/eval/${id}/${b64(anna)}?${query}`,
    `/sdk/poll/eval/${b64(anna)}?auth=${id}&${query}`,
    `/sdk/stream/eval/${b64(anna)}?auth=${id}&${query}`,
  ];
};

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(app.url + path, init);
  // Streams would stay open; what they say first is not asked here.
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    await response.body?.cancel();
  }
  return response;
}

describe('origins that an environment allows', () => {
  const readers = async (origin: string): Promise<readonly (string | null)[]> =>
    Promise.all(
      endpoints().map(async (path) =>
        (await ask(path, { headers: { origin } })).headers.get('access-control-allow-origin'),
      ),
    );
  const preflights = async (origin: string): Promise<readonly (string | null)[]> => {
    const headers = { origin, 'access-control-request-method': 'REPORT' };
    return Promise.all(
      endpoints().map(async (path) =>
        (await ask(path, { method: 'OPTIONS', headers })).headers.get('access-control-allow-origin'),
      ),
    );
  };

  test('are all until somebody names some', async () => {
    expect(new Set(await readers('https://evil.example'))).toEqual(new Set(['*']));
  });

  test('may read, and their preflights pass', async () => {
    await change({ allowed_origins: ['https://ok.example', 'http://localhost:8080'] });
    for (const origin of ['https://ok.example', 'http://localhost:8080']) {
      expect(new Set([...(await readers(origin)), ...(await preflights(origin))])).toEqual(new Set([origin]));
    }
  });

  test.each([
    'null',
    'https://ok.example.evil.com',
    'http://ok.example',
    'https://ok.example:8443',
    'https://OK.example',
    'https://evil.example, https://ok.example',
  ])('are compared whole: %s may read nothing', async (origin) => {
    await change({ allowed_origins: ['https://ok.example'] });
    expect(new Set([...(await readers(origin)), ...(await preflights(origin))])).toEqual(new Set([null]));
  });

  test('are a matter of pages: the body is the same, and says nothing that was not public', async () => {
    await change({ allowed_origins: [] });
    const [path = ''] = endpoints();
    const response = await ask(path, { headers: { origin: 'https://evil.example' } });
    expect([response.status, response.headers.get('vary')]).toEqual([200, expect.stringContaining('Origin')]);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('in secure mode', () => {
  const proofOf = (key: string): string => createHmac('sha256', app.key('SDK_KEY')).update(key).digest('hex');

  test.each<[string, () => string]>([
    ['no hash', () => ''],
    ['an empty hash', () => 'h='],
    ['the hash of somebody else', () => `h=${proofOf('bert')}`],
    ['the hash in capitals', () => `h=${proofOf('anna').toUpperCase()}`],
    ['half of the hash', () => `h=${proofOf('anna').slice(0, 32)}`],
    ['two hashes', () => `h=${proofOf('anna')}&h=${proofOf('anna')}`],
  ])('%s is 400 secure_mode, at every endpoint for browsers', async (_what, query) => {
    await change({ secure_mode: true });
    for (const path of endpoints(query())) {
      const response = await ask(path);
      expect(await response.json(), path).toMatchObject({ status: 400, code: 'secure_mode' });
    }
  });

  test('the right hash opens them, until the mode is off again and none is needed', async () => {
    await change({ secure_mode: true });
    const proven = await Promise.all(endpoints(`h=${proofOf('anna')}`).map((path) => ask(path)));
    await change({ secure_mode: false });
    const unproven = await Promise.all(endpoints().map((path) => ask(path)));
    expect(new Set([...proven, ...unproven].map(({ status }) => status))).toEqual(new Set([200]));
  });
});
