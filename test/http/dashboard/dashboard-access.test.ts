import { describe, expect, test } from 'vitest';
import { ROLES } from '../../../src/access/key-record.ts';
import { startDashboard } from '../../support/dashboard-app.ts';
import {
  dashboardClient,
  flagIn,
  loggedIn,
  textOf,
  WRITES,
  CHANGES,
} from '../../support/dashboard-client.ts';

const READS = [
  '/dashboard',
  '/dashboard/audit',
  '/dashboard/new-flag',
  '/dashboard/flags/progressive-rollout',
  '/dashboard/flags/progressive-rollout/delete',
];

describe('who may do what', () => {
  test.each(READS)('GET %s is for everybody who is logged in', async (path) => {
    const app = await startDashboard();
    for (const role of ROLES) {
      const client = await loggedIn(app, role);
      expect((await client.get(path)).status, role).toBe(200);
    }
    expect(await dashboardClient(app).get(path)).toMatchObject({
      status: 303,
      location:
        path === '/dashboard' ? '/dashboard/login' : `/dashboard/login?next=${encodeURIComponent(path)}`,
    });
    expect(app.errors).toEqual([]);
  });

  test.each(WRITES)('POST %s %o is for operators and admins', async (path, fields) => {
    const app = await startDashboard();
    const viewer = await loggedIn(app, 'viewer');
    expect((await viewer.post(path, fields)).status).toBe(403);
    const loggedOut = await dashboardClient(app).post(path, fields);
    expect(loggedOut.status).toBe(303);
    expect(loggedOut.location).toMatch(/^\/dashboard\/login\?next=/);
    expect(flagIn(app).version).toBe(1);

    const operator = await loggedIn(app, 'operator');
    expect((await operator.post(path, fields)).status).toBe(303);
    const [entry] = await app.store.audit({ limit: 1 });
    expect(entry?.author).toMatchObject({ id: 'operator-of-the-test', via: 'dashboard' });

    const admin = await loggedIn(app, 'admin');
    if (entry?.action === 'update') {
      const undo = { entry: entry.id, version: 2 };
      expect((await viewer.post('/dashboard/undo', undo)).status).toBe(403);
      expect((await admin.post('/dashboard/undo', undo)).status).toBe(303);
    }
    expect(app.errors).toEqual([]);
  });

  test('a viewer sees every control, and none that works', async () => {
    const app = await startDashboard();
    const { html } = await (await loggedIn(app, 'viewer')).get('/dashboard');
    expect(textOf(html)).toContain(
      'You can look, but not change flags: that requires the role operator or admin.',
    );
    const controls = html.match(/<(?:button|input|select)\b[^>]*>/g) ?? [];
    const working = controls.filter((control) => !/ disabled|type="hidden"/.test(control));
    const names = working.map((control) => /id="([^"]+)"|>$/.exec(control)?.[1] ?? 'log-out');
    expect(names).toEqual(['log-out', 'f-progressive-rollout-pin', 'q', 'log-out']);
    expect(html).toContain('Log out');
  });

  test('with AUTH=off every request is an administrator’s, without a login', async () => {
    const app = await startDashboard({ auth: false });
    const client = dashboardClient(app);
    expect(await client.get('/dashboard/login')).toMatchObject({ status: 303, location: '/dashboard' });
    const { html, status } = await client.get('/dashboard');
    expect(status).toBe(200);
    expect(html).not.toContain('Log out');
    const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const answer = await client.send(CHANGES, { csrf, change: 'off', version: 1 }, { origin: app.url });
    expect(answer.status).toBe(303);
    expect(flagIn(app).definition.on).toBe(false);
  });
});

const POSTS = [...WRITES, ['/dashboard/undo', { entry: 1, version: 1 }], ['/dashboard/logout', {}]] as const;

describe('forms from elsewhere', () => {
  test.each(POSTS)(
    'POST %s %o is refused without the token of this session, and from another site',
    async (path, fields) => {
      const app = await startDashboard();
      const client = await loggedIn(app, 'admin');
      const other = await loggedIn(app, 'admin');
      const csrf = await client.csrf();
      const origin = app.url;
      const attempts = {
        'no token': [{}, { origin }],
        'a token of another session': [{ csrf: await other.csrf() }, { origin }],
        'a token of nobody': [{ csrf: await dashboardClient(app).csrf() }, { origin }],
        'a mended token': [{ csrf: csrf.replace(/\../, (two) => (two === '.A' ? '.B' : '.A')) }, { origin }],
        'another site': [{ csrf }, { origin: 'https://evil.example' }],
        'another site, by its own word': [{ csrf }, { origin, 'sec-fetch-site': 'cross-site' }],
        'no origin': [{ csrf }, {}],
      } as const;
      for (const [name, [token, headers]] of Object.entries(attempts)) {
        const answer = await client.send(path, { ...fields, ...token }, headers);
        expect(answer.status, name).toBe(403);
      }
      expect(flagIn(app).version).toBe(1);
      expect((await client.get('/dashboard')).status).toBe(200);
    },
  );

  test('a login from another site is refused as well', async () => {
    const app = await startDashboard();
    const client = dashboardClient(app);
    const token = await app.token('admin');
    expect((await client.send('/dashboard/login', { token }, { origin: app.url })).status).toBe(403);
    const csrf = await client.csrf();
    expect(
      (await client.send('/dashboard/login', { token, csrf }, { origin: 'https://evil.example' })).status,
    ).toBe(403);
  });
});

describe('a form that is sent after the session ended', () => {
  const sendLoggedOut = async (path: string, fields: Readonly<Record<string, string | number>>) => {
    const app = await startDashboard();
    const { location } = await dashboardClient(app).post(path, fields);
    const next = new URL(location ?? '', app.url).searchParams.get('next') ?? '';
    return { app, client: await loggedIn(app, 'operator'), next };
  };

  test('is offered once more after the login, for the flag as it is then', async () => {
    const { app, client, next } = await sendLoggedOut(CHANGES, {
      change: 'share',
      percentage: '25',
      version: 1,
    });
    const { html } = await client.get(next);
    expect(textOf(html)).toContain('You wanted to change the rollout to 25 %. Nothing was changed yet.');
    expect(flagIn(app).version).toBe(1);
    const form = /data-swap>([\s\S]*?)<button class="button" id="again">/.exec(html)?.[1] ?? '';
    const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    await client.send(CHANGES, Object.fromEntries(fields), { origin: app.url });
    expect(flagIn(app).definition.fallthrough.rollout?.variations[0]?.weight).toBe(25_000);
  });

  test.each([
    [
      '/dashboard/flags',
      { key: 'new-player', description: 'Plays' },
      '/dashboard/new-flag?key=new-player&description=Plays',
    ],
    [
      '/dashboard/flags/progressive-rollout/delete',
      { version: 1 },
      '/dashboard/flags/progressive-rollout/delete',
    ],
    ['/dashboard/undo', { entry: 1, version: 1, back: '/dashboard/audit' }, '/dashboard/audit'],
  ])('of POST %s %o leads to %s', async (path, fields, page) => {
    const { client, next } = await sendLoggedOut(path, fields);
    expect(next).toBe(page);
    expect((await client.get(next)).status).toBe(200);
  });

  test.each([
    [
      '/dashboard/flags/progressive-rollout/targeting',
      { version: 1, do: 'save', 'default.serve': '1', off: '1', comment: 'typed <here>' },
      'value="typed &lt;here&gt;"',
    ],
    [
      '/dashboard/flags/progressive-rollout/settings',
      { version: 1, do: 'save', 'variation.0': 'true', 'variation.1': '"typed"', description: 'long' },
      '&#34;typed&#34;</textarea>',
    ],
  ])('of the draft %s comes back as it was typed, and nothing is saved', async (path, fields, typed) => {
    const { app, client, next } = await sendLoggedOut(path, fields);
    expect(next).toMatch(/\?draft=[\w-]{24}$/);
    const { html } = await client.get(next);
    expect(html).toContain(typed);
    expect(textOf(html)).toContain('Your session had ended');
    expect(flagIn(app).version).toBe(1);
  });

  test('a draft larger than 64 KiB leads to the page without it', async () => {
    const path = '/dashboard/flags/progressive-rollout/targeting';
    const { client, next } = await sendLoggedOut(path, { version: 1, comment: 'x'.repeat(70_000) });
    expect(textOf((await client.get(next)).html)).not.toContain('Your session had ended');
  });

  test('keeps nothing of what another site sent', async () => {
    const app = await startDashboard();
    const sent = { change: 'kill', version: 1 };
    const { location } = await dashboardClient(app).send(CHANGES, sent, { origin: 'https://evil.example' });
    expect(location).toBe('/dashboard/login');
  });
});
