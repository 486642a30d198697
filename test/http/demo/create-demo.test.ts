import { describe, expect, test } from 'vitest';
import { useApp } from '../../support/running-app.ts';

/** Every switch of a talk, with what a person would send. */
const SWITCHES = [
  ['GET', '/floor'],
  ['GET', '/floor/events'],
  ['GET', '/floor/listeners/0'],
  ['POST', '/floor/crowd'],
  ['POST', '/floor/faults'],
  ['POST', '/floor/release'],
  ['GET', '/walkthrough'],
  ['GET', '/walkthrough/presenter'],
  ['POST', '/walkthrough/steps/1/show'],
  ['POST', '/walkthrough/steps/1/run'],
  ['POST', '/walkthrough/steps/1/skip'],
  ['POST', '/walkthrough/steps/1/reset'],
  ['POST', '/walkthrough/reset'],
  ['POST', '/floor/pace'],
  ['GET', '/floor/run'],
  ['POST', '/floor/run/replay'],
  ['GET', '/walkthrough/audience'],
  ['POST', '/walkthrough/audience'],
  ['GET', '/floor/answers'],
  ['POST', '/floor/answers/launchdarkly'],
  ['GET', '/demo/faults'],
  ['PUT', '/demo/faults'],
] as const;

const send = (url: string, method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}${path}`, { method, redirect: 'manual', headers: { accept: 'application/json', ...headers } });

describe('without demo mode', () => {
  const app = useApp();
  test.each(SWITCHES)('%s %s is not there, not even for an administrator', async (method, path) => {
    const response = await send(app().url, method, path, {
      authorization: `Bearer ${app().key('ADMIN_TOKEN')}`,
    });
    expect(response.status).toBe(404);
  });
});

describe('with DEMO=on and authentication', () => {
  const app = useApp({ DEMO: 'on' });
  test.each(SWITCHES)('%s %s needs an operator', async (method, path) => {
    const response = await send(app().url, method, path);
    expect(response.status).toBe(401);
  });

  test('an operator who has logged in gets the same answer from every interface, by keys of its own', async () => {
    const login = await send(app().url, 'GET', app().app.dashboardPath);
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const response = await send(app().url, 'GET', '/floor/answers', { accept: 'text/html', cookie });
    expect(await response.text()).toContain('All 4 give the same answer: the full crate.');
  });

  test('a browser is led to the login, and from there back', async () => {
    const response = await send(app().url, 'GET', '/floor', { accept: 'text/html' });
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/dashboard/login?next=%2Ffloor',
    ]);
  });
});

describe('with AUTH=off on loopback', () => {
  const app = useApp({ AUTH: 'off' });

  test.each([
    ['/floor', 'Let them in'],
    ['/walkthrough', 'Serve the top 10 to everyone'],
    ['/walkthrough/presenter', 'Deploying is not releasing.'],
  ])('%s is there, and nothing has begun', async (path, text) => {
    const response = await send(app().url, 'GET', path, { accept: 'text/html' });
    expect(response.status).toBe(200);
    const html = await response.text();
    expect(html).toContain(text);
    expect(html).not.toMatch(/<script(?![^>]*\bnonce=)|\son\w+=|\sstyle=/);
  });

  test.each(SWITCHES.filter(([method]) => method === 'POST'))(
    '%s %s takes no form that another page sent',
    async (_method, path) => {
      const response = await fetch(`${app().url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: 'action=start&size=100',
      });
      expect([response.status, await response.json()]).toMatchObject([403, { code: 'csrf' }]);
    },
  );

  test.each([
    ['/floor/crowd', 'action=dance', 'expected start, resize or stop'],
    ['/floor/crowd', 'action=start&size=2000', 'expected a whole number from 10 to 1000'],
    ['/floor/crowd', 'action=start', 'size is required'],
    ['/floor/faults', 'errorPercent=101', 'expected a whole number from 0 to 100'],
    ['/floor/pace', 'pace=2', 'expected 0, 1, 60 or 3600'],
    ['/floor/release', 'action=finish', 'expected start or rollback'],
  ])('%s says what is wrong with %s', async (path, body, detail) => {
    const page = await send(app().url, 'GET', '/floor', { accept: 'text/html' });
    const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const response = await fetch(`${app().url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        origin: app().url,
      },
      body: `csrf=${encodeURIComponent(csrf)}&${body}`,
    });
    expect(response.status).toBe(422);
    expect(JSON.stringify(await response.json())).toContain(detail);
  });

  test.each([
    [0, 'the top 10'],
    [1, 'the full crate'],
  ])('the site, an SDK, OFREP and REST give persona %i the same answer: %s', async (persona, version) => {
    const response = await send(app().url, 'GET', `/floor/answers?user=ada&persona=${persona}`, {
      accept: 'text/html',
    });
    expect(await response.text()).toContain(`All 4 give the same answer: ${version}.`);
  });

  test('a saved run is done again, and comes to the same decision', { timeout: 60_000 }, async () => {
    const page = async () => (await send(app().url, 'GET', '/floor', { accept: 'text/html' })).text();
    const run = {
      seed: 11,
      actions: [
        { atMs: 0, action: { do: 'crowd', size: 200 } },
        { atMs: 500, action: { do: 'release' } },
        {
          atMs: 1_000,
          action: { do: 'faults', faults: { errorRate: 1, latencyMs: 0, wrongOrder: false } },
        },
        { atMs: 1_500, action: { do: 'leave' } },
      ],
      outcomes: ['rolled-back'],
    };
    const csrf = /name="csrf" value="([^"]+)"/.exec(await page())?.[1] ?? '';
    const response = await fetch(`${app().url}/floor/run/replay`, {
      method: 'POST',
      headers: { origin: app().url },
      body: new URLSearchParams({ csrf, run: JSON.stringify(run) }),
      redirect: 'manual',
    });
    expect(response.status).toBe(303);
    await expect.poll(page, { timeout: 50_000, interval: 200 }).toContain('The same decisions: rolled-back.');
    expect(await page()).toContain('Let them in');
  });

  test('the room reaches the site, and neither the dashboard, the API nor the talk', async () => {
    const post = async (action: string): Promise<string> => {
      const html = await (
        await send(app().url, 'GET', '/walkthrough/audience', { accept: 'text/html' })
      ).text();
      const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
      const response = await fetch(`${app().url}/walkthrough/audience`, {
        method: 'POST',
        headers: { origin: app().url, accept: 'text/html' },
        body: new URLSearchParams({ csrf, action }),
      });
      return response.text();
    };
    const html = await post('open');
    const url = /<a href="(http:[^"]+)\/">/.exec(html)?.[1];
    // A machine without a network says so.
    if (url === undefined) {
      expect(html).toContain('This machine has no address on a network');
      return;
    }
    expect(html).toContain('data:image/svg+xml,');
    expect((await fetch(`${url}/api/playlist`)).status).toBe(200);
    for (const path of ['/dashboard', '/flags', '/floor', '/walkthrough', '/demo/faults', '/metrics'])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 404]);
    await post('close');
    await expect(fetch(`${url}/api/playlist`)).rejects.toThrow('fetch failed');
  });

  test('a seat where no one is has no listener', async () => {
    expect((await send(app().url, 'GET', '/floor/listeners/0')).status).toBe(404);
  });
});
