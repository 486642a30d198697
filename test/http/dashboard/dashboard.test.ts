import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT, StoreUnavailableError } from '../../../src/store/store.ts';
import { ROLES } from '../../../src/access/key-record.ts';
import { startDashboard } from '../../support/dashboard-app.ts';
import { TESTER } from '../../support/tester.ts';
import { PROGRESSIVE_ROLLOUT } from '../../support/site-app.ts';
import { cookieIn, dashboardClient, flagIn, loggedIn, textOf } from './dashboard-client.ts';

const CHANGES = '/dashboard/flags/progressive-rollout/changes';

/** Every way to change something, with a form that fits the first version of the flag. */
const WRITES = [
  [CHANGES, { change: 'off', version: 1 }],
  [CHANGES, { change: 'kill', version: 1 }],
  [CHANGES, { change: 'share', percentage: '25', version: 1 }],
  [CHANGES, { change: 'add-target', user: 'alice', variation: 0, version: 1 }],
  ['/dashboard/flags', { key: 'new-player' }],
  ['/dashboard/flags/progressive-rollout/delete', { version: 1 }],
] as const;

const READS = [
  '/dashboard',
  '/dashboard/log',
  '/dashboard/new-flag',
  '/dashboard/flags/progressive-rollout',
  '/dashboard/flags/progressive-rollout/delete',
];

describe('who may do what', () => {
  test.each(READS)('GET %s is for everybody who is logged in', async (path) => {
    const desk = await startDashboard();
    for (const role of ROLES) {
      const client = await loggedIn(desk, role);
      expect((await client.get(path)).status, role).toBe(200);
    }
    expect(await dashboardClient(desk).get(path)).toMatchObject({
      status: 303,
      location:
        path === '/dashboard' ? '/dashboard/login' : `/dashboard/login?next=${encodeURIComponent(path)}`,
    });
    expect(desk.errors).toEqual([]);
  });

  test.each(WRITES)('POST %s %o is for operators and admins', async (path, fields) => {
    const desk = await startDashboard();
    const viewer = await loggedIn(desk, 'viewer');
    expect((await viewer.post(path, fields)).status).toBe(403);
    expect(await dashboardClient(desk).post(path, fields)).toMatchObject({
      status: 303,
      location: '/dashboard/login',
    });
    expect(flagIn(desk).version).toBe(1);

    const operator = await loggedIn(desk, 'operator');
    expect((await operator.post(path, fields)).status).toBe(303);
    const [entry] = await desk.store.audit({ limit: 1 });
    expect(entry?.author).toMatchObject({ id: 'operator-of-the-test', via: 'dashboard' });

    const admin = await loggedIn(desk, 'admin');
    if (entry?.action === 'update') {
      const undo = { entry: entry.id, version: 2 };
      expect((await viewer.post('/dashboard/undo', undo)).status).toBe(403);
      expect((await admin.post('/dashboard/undo', undo)).status).toBe(303);
    }
    expect(desk.errors).toEqual([]);
  });

  test('a viewer sees every control, and none that works', async () => {
    const desk = await startDashboard();
    const { html } = await (await loggedIn(desk, 'viewer')).get('/dashboard');
    expect(textOf(html)).toContain('You are here to watch. Changing flags needs the role operator or admin.');
    const controls = html.match(/<(?:button|input|select)\b[^>]*>/g) ?? [];
    const working = controls.filter((control) => !/ disabled|type="hidden"/.test(control));
    expect(working).toEqual(['<button class="button">']);
    expect(html).toContain('Log out');
  });

  test('with AUTH=off everybody is in, and nobody is asked to log in', async () => {
    const desk = await startDashboard({ auth: false });
    const client = dashboardClient(desk);
    expect(await client.get('/dashboard/login')).toMatchObject({ status: 303, location: '/dashboard' });
    const { html, status } = await client.get('/dashboard');
    expect(status).toBe(200);
    expect(html).not.toContain('Log out');
    const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const answer = await client.send(CHANGES, { csrf, change: 'off', version: 1 }, { origin: desk.url });
    expect(answer.status).toBe(303);
    expect(flagIn(desk).definition.on).toBe(false);
  });
});

describe('logging in', () => {
  test('the printed link opens the desk once', async () => {
    const desk = await startDashboard();
    const link = await desk.sessions.loginPath();
    const first = await dashboardClient(desk).get(link);
    expect(first).toMatchObject({ status: 303, location: '/dashboard' });
    expect((await dashboardClient(desk, cookieIn(first)).get('/dashboard')).status).toBe(200);

    const second = await dashboardClient(desk).get(link);
    expect(second.status).toBe(401);
    expect(textOf(second.html)).toContain('This link has been used already, or is too old.');
    expect(cookieIn(second)).toBe('');
  });

  test('a look at the headers does not use the link up', async () => {
    const desk = await startDashboard();
    const link = await desk.sessions.loginPath();
    await fetch(`${desk.url}${link}`, { method: 'HEAD', redirect: 'manual' });
    expect((await dashboardClient(desk).get(link)).status).toBe(303);
  });

  test.each(['', 'nonsense', 'djt_admin_0000'])('the token %j opens nothing', async (token) => {
    const desk = await startDashboard();
    const answer = await dashboardClient(desk).post('/dashboard/login', { token });
    expect(answer.status).toBe(401);
    expect(textOf(answer.html)).toContain('That is not a token that opens this desk');
    if (token !== '') expect(answer.html).not.toContain(token);
  });

  test('guessing is slowed down', async () => {
    const desk = await startDashboard();
    const client = dashboardClient(desk);
    const csrf = await client.csrf();
    const guess = async () =>
      (await client.send('/dashboard/login', { csrf, token: 'x' }, { origin: desk.url })).status;
    for (let count = 0; count < 20; count += 1) expect(await guess()).toBe(401);
    expect(await guess()).toBe(429);
  });

  test('logging out ends the session, not only the cookie', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'viewer');
    expect(await client.post('/dashboard/logout', {})).toMatchObject({
      status: 303,
      location: '/dashboard/login',
    });
    expect((await client.get('/dashboard')).status).toBe(303);
  });

  test.each([
    ['/dashboard/flags/progressive-rollout', '/dashboard/flags/progressive-rollout'],
    ['/dashboard/log?before=7', '/dashboard/log?before=7'],
    ['//evil.example', '/dashboard'],
    ['/\\evil.example', '/dashboard'],
    ['https://evil.example/dashboard', '/dashboard'],
    ['javascript:alert(1)', '/dashboard'],
    ['/..//evil.example', '/dashboard'],
    ['/dashboard\r\nset-cookie: a=b', '/dashboard'],
  ])('whoever wanted to go to %j goes to %s', async (next, location) => {
    const desk = await startDashboard();
    const answer = await dashboardClient(desk).post('/dashboard/login', {
      token: await desk.token('viewer'),
      next,
    });
    expect(answer).toMatchObject({ status: 303, location });
    const link = `${await desk.sessions.loginPath()}&next=${encodeURIComponent(next)}`;
    expect(await dashboardClient(desk).get(link)).toMatchObject({ status: 303, location });
  });

  test('a program is told that it has no key, not led to a page', async () => {
    const desk = await startDashboard();
    const answer = await dashboardClient(desk).get('/dashboard/events', { accept: 'text/event-stream' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('forms from elsewhere', () => {
  const POSTS = [
    ...WRITES,
    ['/dashboard/undo', { entry: 1, version: 1 }],
    ['/dashboard/logout', {}],
  ] as const;

  test.each(POSTS)(
    'POST %s %o is refused without the token of this session, and from another site',
    async (path, fields) => {
      const desk = await startDashboard();
      const client = await loggedIn(desk, 'admin');
      const other = await loggedIn(desk, 'admin');
      const csrf = await client.csrf();
      const origin = desk.url;
      const attempts = {
        'no token': [{}, { origin }],
        'a token of another session': [{ csrf: await other.csrf() }, { origin }],
        'a token of nobody': [{ csrf: await dashboardClient(desk).csrf() }, { origin }],
        'a mended token': [{ csrf: csrf.replace(/\../, (two) => (two === '.A' ? '.B' : '.A')) }, { origin }],
        'another site': [{ csrf }, { origin: 'https://evil.example' }],
        'another site, by its own word': [{ csrf }, { origin, 'sec-fetch-site': 'cross-site' }],
        'no origin': [{ csrf }, {}],
      } as const;
      for (const [name, [token, headers]] of Object.entries(attempts)) {
        const answer = await client.send(path, { ...fields, ...token }, headers);
        expect(answer.status, name).toBe(403);
      }
      expect(flagIn(desk).version).toBe(1);
      expect((await client.get('/dashboard')).status).toBe(200);
    },
  );

  test('a login from another site is refused as well', async () => {
    const desk = await startDashboard();
    const client = dashboardClient(desk);
    const token = await desk.token('admin');
    expect((await client.send('/dashboard/login', { token }, { origin: desk.url })).status).toBe(403);
    const csrf = await client.csrf();
    expect(
      (await client.send('/dashboard/login', { token, csrf }, { origin: 'https://evil.example' })).status,
    ).toBe(403);
  });
});

describe('the controls of a strip', () => {
  test.each([
    [{ change: 'off' }, { on: false }, 'turned it off'],
    [{ change: 'kill' }, { on: false }, 'pulled the kill switch'],
    [
      { change: 'share', percentage: '25' },
      {
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 25_000 },
              { variation: 1, weight: 75_000 },
            ],
          },
        },
      },
      'moved the fader from 0 % to 25 %',
    ],
    [
      { change: 'share', percentage: '0.125' },
      {
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 125 },
              { variation: 1, weight: 99_875 },
            ],
          },
        },
      },
      'moved the fader from 0 % to 0.125 %',
    ],
    [
      { change: 'share', percentage: ' 12,5 ' },
      {
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 12_500 },
              { variation: 1, weight: 87_500 },
            ],
          },
        },
      },
      'moved the fader from 0 % to 12.5 %',
    ],
    [
      { change: 'add-target', user: ' alice ', variation: 0 },
      { targets: [{ variation: 0, values: ['alice'] }] },
      'named alice for true',
    ],
  ])('%o makes the flag %o and says that somebody %s', async (fields, expected, words) => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    const answer = await client.post(CHANGES, { ...fields, version: 1 });
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(
      /^\/dashboard\?done=[\w-]+&flag=progressive-rollout#f-progressive-rollout$/,
    );
    expect(flagIn(desk).definition).toMatchObject(expected);
    expect(textOf((await client.get('/dashboard')).html)).toContain(`operator-of-the-test ${words}`);
  });

  test.each([
    [{ change: 'share', percentage: '101' }, 'expected a percentage from 0 to 100'],
    [{ change: 'share', percentage: '-1' }, 'expected a percentage from 0 to 100'],
    [{ change: 'share', percentage: '0.0001' }, 'at most three decimals'],
    [{ change: 'share', percentage: '<b>' }, 'got &#34;&lt;b&gt;&#34;'],
    [{ change: 'share' }, 'expected a percentage; got nothing'],
    [{ change: 'add-target', user: '  ', variation: 0 }, 'expected a user’s key'],
    [{ change: 'add-target', user: 'a\u0000b', variation: 0 }, 'without control characters'],
    [{ change: 'add-target', user: 'x'.repeat(257), variation: 0 }, 'at most 256 characters'],
    [{ change: 'add-target', user: 'alice', variation: 7 }, 'number 7 is not one of them'],
    [{ change: 'explode' }, 'That was not understood'],
  ])('%o is refused in words, on the same page', async (fields, words) => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    const answer = await client.post(CHANGES, { ...fields, version: 1 });
    expect(answer.status).toBe(422);
    expect(answer.html).toContain(words);
    expect(answer.html).toContain('id="f-progressive-rollout"');
    expect(flagIn(desk).version).toBe(1);
    expect(desk.errors).toEqual([]);
  });

  test('what is named can be unnamed, whatever its name', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    const user = '"><script>alert(1)</script> & Söhne';
    await client.post(CHANGES, { change: 'add-target', user, variation: 1, version: 1 });
    expect((await client.get('/dashboard')).html).not.toContain('<script>alert');
    await client.post(CHANGES, { change: 'remove-target', user, version: 2 });
    expect(flagIn(desk).definition.targets).toEqual([]);
  });

  test('a form of the flag’s page leads back to it', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    const answer = await client.post(CHANGES, { change: 'off', version: 1, back: 'flag' });
    expect(answer.location).toBe('/dashboard/flags/progressive-rollout?done=off&flag=progressive-rollout');
    const page = await client.get(answer.location ?? '');
    expect(textOf(page.html)).toContain('progressive-rollout is off.');
  });

  test('a flag that is no share of true and false has no fader, and keeps its other controls', async () => {
    const theme = {
      ...PROGRESSIVE_ROLLOUT,
      key: 'theme',
      variations: ['plain', 'neon'],
      offVariation: 0,
      fallthrough: {
        rollout: {
          variations: [
            { variation: 0, weight: 60_000 },
            { variation: 1, weight: 40_000 },
          ],
        },
      },
    };
    const desk = await startDashboard({ flags: { theme } });
    const client = await loggedIn(desk, 'operator');
    const { html } = await client.get('/dashboard');
    expect(html).not.toContain('type="range"');
    expect(textOf(html)).toContain('Everyone else → get 60 % plain , 40 % neon');
    const answer = await client.post('/dashboard/flags/theme/changes', {
      change: 'share',
      percentage: '5',
      version: 1,
    });
    expect(answer.status).toBe(422);
    expect(textOf(answer.html)).toContain('theme has other variations than true and false');
    expect((await client.post('/dashboard/flags/theme/changes', { change: 'kill', version: 1 })).status).toBe(
      303,
    );
  });
});

describe('when somebody else was first', () => {
  test('nothing is swept away, and the same can be sent again for what is there now', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    await desk.store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, on: false },
    });
    const late = await client.post(CHANGES, { change: 'share', percentage: '50', version: 1 });
    expect(late.status).toBe(409);
    expect(textOf(late.html)).toContain(
      'Somebody else changed progressive-rollout first You wanted to move the fader to 50 %',
    );
    expect(flagIn(desk)).toMatchObject({ version: 2, definition: { on: false } });

    const again =
      /<form method="post" action="([^"]+)" data-swap>([\s\S]*?)<button class="button" id="again">/.exec(
        late.html,
      );
    const fields = Object.fromEntries(
      [...(again?.[2] ?? '').matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value ?? '',
      ]),
    );
    expect((await client.send(again?.[1] ?? '', fields, { origin: desk.url })).status).toBe(303);
    expect(flagIn(desk)).toMatchObject({ version: 3, definition: { on: false } });
    expect(flagIn(desk).definition.fallthrough.rollout?.variations[0]?.weight).toBe(50_000);
  });

  test('the kill switch works on whatever is there', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    await desk.store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, fallthrough: { variation: 0 } },
    });
    expect((await client.post(CHANGES, { change: 'kill', version: 1 })).status).toBe(303);
    expect(flagIn(desk).definition).toMatchObject({ on: false, fallthrough: { variation: 0 } });
  });

  test('a flag that is gone is said to be gone', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    await desk.store.change(TESTER, {
      type: 'delete-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
    });
    const answer = await client.post(CHANGES, { change: 'off', version: 1 });
    expect(answer.status).toBe(409);
    expect(textOf(answer.html)).toContain('That flag is not on this desk any more');
    expect(textOf(answer.html)).toContain('Bring back');
  });

  test('an undo does not sweep away what came after the page was made', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    await client.post(CHANGES, { change: 'share', percentage: '50', version: 1 });
    const [entry] = await desk.store.audit({ limit: 1 });
    await client.post(CHANGES, { change: 'off', version: 2 });
    const late = await client.post('/dashboard/undo', { entry: entry?.id ?? 0, version: 2 });
    expect(late.status).toBe(409);
    expect(textOf(late.html)).toContain('Nothing was undone Somebody else changed it');
    expect(flagIn(desk).version).toBe(3);
  });
});

describe('undoing', () => {
  test('puts back what was before, says so, and can be undone itself', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    await client.post(CHANGES, { change: 'share', percentage: '100', version: 1 });
    const [moved] = await desk.store.audit({ limit: 1 });
    const answer = await client.post('/dashboard/undo', {
      entry: moved?.id ?? 0,
      version: 2,
      back: '/dashboard/flags/progressive-rollout?before=99',
    });
    expect(answer.location).toBe(
      '/dashboard/flags/progressive-rollout?before=99&done=undone&flag=progressive-rollout',
    );
    expect(flagIn(desk).definition.fallthrough).toEqual({ variation: 1 });
    const text = textOf((await client.get('/dashboard')).html);
    expect(text).toContain(`undid change ${moved?.id}: moved the fader from 100 % to 0 %`);
    const [undone] = await desk.store.audit({ limit: 1 });
    await client.post('/dashboard/undo', { entry: undone?.id ?? 0, version: 3 });
    expect(flagIn(desk).definition.fallthrough.rollout?.variations[0]?.weight).toBe(100_000);
  });

  test.each(['https://evil.example', '//evil.example', '/', '/elsewhere'])(
    'never leads to %s',
    async (back) => {
      const desk = await startDashboard();
      const client = await loggedIn(desk, 'operator');
      await client.post(CHANGES, { change: 'off', version: 1 });
      const [entry] = await desk.store.audit({ limit: 1 });
      const answer = await client.post('/dashboard/undo', { entry: entry?.id ?? 0, version: 2, back });
      expect(answer.location).toBe('/dashboard?done=undone&flag=progressive-rollout');
    },
  );

  test.each([{ entry: 999, version: 1 }, { entry: 'x', version: 1 }, { version: 1 }])(
    '%o undoes nothing',
    async (fields) => {
      const desk = await startDashboard();
      const client = await loggedIn(desk, 'operator');
      const answer = await client.post('/dashboard/undo', fields);
      expect([409, 422]).toContain(answer.status);
      expect(textOf(answer.html)).toContain('Nothing was undone');
    },
  );

  test('a change of another environment is not undone from here', async () => {
    const desk = await startDashboard();
    await desk.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const client = await loggedIn(desk, 'operator');
    const [entry] = await desk.store.audit({
      environment: { project: 'default', environment: 'staging' },
      limit: 1,
    });
    const answer = await client.post('/dashboard/undo', { entry: entry?.id ?? 0, version: 1 });
    expect(answer.status).toBe(409);
  });
});

describe('making and deleting flags', () => {
  test('a new flag is off and serves true or false', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    const answer = await client.post('/dashboard/flags', {
      key: ' new-player ',
      description: 'Plays <music>',
    });
    expect(answer.location).toBe('/dashboard?done=created&flag=new-player#f-new-player');
    expect(flagIn(desk, 'new-player')).toMatchObject({
      description: 'Plays <music>',
      definition: { on: false, variations: [true, false], offVariation: 1 },
    });
    expect((await client.get('/dashboard')).html).toContain('Plays &lt;music&gt;');
  });

  test.each([
    [{ key: '' }, 422, 'expected a letter or a digit'],
    [{ key: '../etc' }, 422, 'expected a letter or a digit'],
    [{ key: '__proto__' }, 422, 'expected a letter or a digit'],
    [{ key: 'a'.repeat(257) }, 422, 'expected a letter or a digit'],
    [{ key: 'fine', description: 'x'.repeat(2_001) }, 422, 'at most 2,000 characters'],
    [{ key: 'progressive-rollout' }, 409, 'There is a flag called progressive-rollout already'],
  ])('%o comes back with what was typed and what is wrong', async (fields, status, words) => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    const answer = await client.post('/dashboard/flags', fields);
    expect(answer.status).toBe(status);
    expect(textOf(answer.html)).toContain(words);
    expect(answer.html).toContain(`name="key" value="${fields.key}"`);
  });

  test('a flag that others need stays, and says who needs it', async () => {
    const child = {
      ...PROGRESSIVE_ROLLOUT,
      key: 'child',
      prerequisites: [{ key: 'progressive-rollout', variation: 0 }],
    };
    const desk = await startDashboard({ flags: { 'progressive-rollout': PROGRESSIVE_ROLLOUT, child } });
    const client = await loggedIn(desk, 'operator');
    const path = '/dashboard/flags/progressive-rollout/delete';
    expect(textOf((await client.get(path)).html)).toContain(
      'It cannot go yet: it is a prerequisite of child',
    );
    const answer = await client.post(path, { version: 1 });
    expect(answer.status).toBe(409);
    expect(textOf(answer.html)).toContain('progressive-rollout is a prerequisite of child');
    expect((await client.post('/dashboard/flags/child/delete', { version: 1 })).location).toBe(
      '/dashboard?done=deleted',
    );
  });

  test('a flag that changed meanwhile is looked at once more before it goes', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    await client.post(CHANGES, { change: 'off', version: 1 });
    const answer = await client.post('/dashboard/flags/progressive-rollout/delete', { version: 1 });
    expect(answer.status).toBe(409);
    expect(flagIn(desk).version).toBe(2);
  });
});

describe('the page itself', () => {
  const HOSTILE = '<img src=x onerror=alert(1)>"\'&';

  test('hostile words are shown, never obeyed', async () => {
    const flag = {
      ...PROGRESSIVE_ROLLOUT,
      key: 'hostile',
      variations: [HOSTILE, `</script>${HOSTILE}`],
      targets: [{ variation: 0, values: [HOSTILE] }],
      contextTargets: [
        { contextKind: 'user', variation: 0, values: [] },
        { contextKind: 'device', variation: 1, values: [HOSTILE] },
      ],
      rules: [{ clauses: [{ attribute: HOSTILE, op: 'in' as const, values: [HOSTILE] }], variation: 0 }],
    };
    const desk = await startDashboard({ flags: { hostile: flag } });
    await desk.store.change(
      { id: HOSTILE, via: 'api', comment: HOSTILE },
      {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: 'hostile',
        definition: { ...flag, on: false },
        description: HOSTILE,
        tags: [HOSTILE],
      },
    );
    const client = await loggedIn(desk, 'admin');
    for (const path of [
      '/dashboard',
      `/dashboard?q=${encodeURIComponent(HOSTILE)}`,
      '/dashboard/flags/hostile',
      '/dashboard/log',
      `/dashboard?done=${encodeURIComponent(HOSTILE)}&flag=${encodeURIComponent(HOSTILE)}`,
      `/dashboard/new-flag?key=${encodeURIComponent(HOSTILE)}`,
    ]) {
      const { html, status } = await client.get(path);
      expect(status, path).toBe(200);
      expect(html, path).not.toContain('<img');
      expect(html, path).not.toMatch(/<\/script>[^<]*&lt;img|"\s+onerror/);
    }
    expect(desk.errors).toEqual([]);
  });

  test('no script runs without the nonce, and nobody may keep the page', async () => {
    const desk = await startDashboard();
    const { html, headers } = await (await loggedIn(desk, 'viewer')).get('/dashboard');
    const nonce = /script-src 'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1];
    expect([...html.matchAll(/<script[^>]*nonce="([^"]*)"/g)].map(([, own]) => own)).toEqual([nonce]);
    expect(headers.get('cache-control')).toBe('no-store, private');
    expect(html).not.toMatch(/\sstyle=|\son\w+=/);
  });

  test('the flash is said by code, and only for flags that exist', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'viewer');
    const flash = async (query: string) =>
      /id="flash" role="status">([^<]*)</.exec((await client.get(`/dashboard?${query}`)).html)?.[1];
    expect(await flash('done=on&flag=progressive-rollout')).toBe('progressive-rollout is on.');
    expect(await flash('done=on&flag=Buy-now')).toBe('The flag is on.');
    expect(await flash('done=buy-now')).toBe('');
    expect(await flash('done=constructor')).toBe('');
  });

  test.each([
    ['launchdarkly', 'LaunchDarkly decides the site, not this desk.'],
    ['last-known-good', 'What LaunchDarkly last said decides the site, not this desk.'],
    ['default', 'Nobody decides the site'],
  ] as const)('says so when the flags come from %s', async (source, words) => {
    const desk = await startDashboard({ flagStatus: () => ({ source, detail: 'In other words.' }) });
    const text = textOf((await (await loggedIn(desk, 'viewer')).get('/dashboard')).html);
    expect(text).toContain(words);
    expect(text).toContain('In other words.');
    if (source !== 'default') expect(text).toContain('start DJ Toggle without LD_SDK_KEY');
  });

  test('without flags it says what will be here, and how', async () => {
    const desk = await startDashboard({ flags: {} });
    const text = textOf((await (await loggedIn(desk, 'operator')).get('/dashboard')).html);
    expect(text).toContain('No flags on this desk yet');
    expect(text).toContain('Make the first flag');
  });

  test('many flags come in pages, the site’s own first, and can be found', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `flag-${String(index).padStart(2, '0')}`);
    const flags = Object.fromEntries(
      [...names, 'progressive-rollout'].map((key) => [key, { ...PROGRESSIVE_ROLLOUT, key }]),
    );
    const desk = await startDashboard({ flags });
    const client = await loggedIn(desk, 'viewer');
    const seen: string[] = [];
    for (let next: string | undefined = '/dashboard'; next !== undefined;) {
      const { html } = await client.get(next);
      seen.push(...[...html.matchAll(/data-flag="([^"]+)"/g)].map(([, key]) => key ?? ''));
      next = /href="([^"]+)">More flags</.exec(html)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(['progressive-rollout', ...names]);
    const found = await client.get('/dashboard?q=FLAG-4');
    expect(textOf(found.html)).toContain('5 of 46 flags');
    expect(textOf((await client.get('/dashboard?q=nothing')).html)).toContain('No flag is called that');
  });

  test('the log comes in pages, newest first', async () => {
    const desk = await startDashboard();
    const client = await loggedIn(desk, 'operator');
    for (let version = 1; version <= 30; version += 1) {
      await desk.store.change(TESTER, {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: PROGRESSIVE_ROLLOUT.key,
        definition: { ...PROGRESSIVE_ROLLOUT, on: version % 2 === 0 },
      });
    }
    const first = await client.get('/dashboard/log');
    const earlier = /href="([^"]+)">Earlier</.exec(first.html)?.[1] ?? '';
    const second = await client.get(earlier);
    const lines = (html: string) => (html.match(/<li class="change">/g) ?? []).length;
    expect([lines(first.html), lines(second.html)]).toEqual([25, 6]);
    expect(second.html).toContain('>Latest<');
    expect(textOf(second.html)).toContain('DJ Toggle, at the start, made the flag');
    expect((await client.get('/dashboard/log?before=x')).status).toBe(400);
  });

  test('environments are pages of their own', async () => {
    const desk = await startDashboard();
    await desk.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
    const client = await loggedIn(desk, 'operator');
    const { html } = await client.get('/dashboard?environment=staging');
    expect(html).toMatch(/href="\/dashboard\?environment=staging" aria-current="true">Staging</);
    const action = /action="([^"]+changes[^"]*)"/.exec(html)?.[1] ?? '';
    const answer = await client.post(action, { change: 'on', version: 1 });
    expect(answer.location).toBe(
      '/dashboard?environment=staging&done=on&flag=progressive-rollout#f-progressive-rollout',
    );
    expect(flagIn(desk).version).toBe(1);
    expect((await client.get('/dashboard?environment=nowhere')).status).toBe(404);
  });

  test.each(['/dashboard/flags/nobody', '/dashboard/flags/nobody/delete', '/dashboard/nowhere'])(
    '%s is not there',
    async (path) => {
      const desk = await startDashboard();
      expect((await (await loggedIn(desk, 'viewer')).get(path)).status).toBe(404);
    },
  );

  test.each(['PUT', 'DELETE', 'PATCH'])('%s is not offered', async (method) => {
    const desk = await startDashboard();
    const answer = await fetch(`${desk.url}/dashboard`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('GET');
  });
});

describe('while the database is away', () => {
  test('the desk shows the flags from memory, and says that nothing was changed', async () => {
    let away = false;
    const refuse = () => {
      if (away) throw new StoreUnavailableError('the database is away');
    };
    const desk = await startDashboard({
      wrapStore: (store) => ({
        ...store,
        change: async (author, change) => (refuse(), store.change(author, change)),
        update: async (author, ref, edit, options) => (refuse(), store.update(author, ref, edit, options)),
        undo: async (author, id) => (refuse(), store.undo(author, id)),
        audit: async (query) => (refuse(), store.audit(query)),
      }),
    });
    const client = await loggedIn(desk, 'operator');
    away = true;
    for (const [path, fields] of [...WRITES, ['/dashboard/undo', { entry: 1, version: 1 }] as const]) {
      const answer = await client.post(path, fields);
      expect(answer.status, path).toBe(503);
      expect(textOf(answer.html), path).toContain('The database cannot be reached.');
    }
    const page = await client.get('/dashboard');
    expect(page.status).toBe(200);
    expect(textOf(page.html)).toContain('The list of changes cannot be read right now.');
    expect(page.html).toContain('id="f-progressive-rollout"');
    expect(desk.errors).toEqual([]);
  });
});
