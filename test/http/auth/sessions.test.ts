import { randomBytes } from 'node:crypto';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCsrf } from '../../../src/http/auth/csrf.ts';
import { createErrorHandler } from '../../../src/http/problems/error-handler.ts';
import { createIdentity } from '../../../src/http/auth/identity.ts';
import { authorOf } from '../../../src/http/auth/principal.ts';
import { createSessions, type Sessions } from '../../../src/http/auth/sessions.ts';
import { ANN, type AccessStore, openAccessStore } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const START = Date.UTC(2026, 10, 20, 22);
const DAY = 24 * 3_600_000;

let clock: number;
let store: AccessStore;
let sessions: Sessions;
let app: Express;
let changes: number;
let firstKeyId: string;
const log = createRecordingLogger();

const sessionsOf = (secure: boolean): Sessions =>
  createSessions({ ...store, now: () => clock, random: randomBytes, secure });

/** The smallest dashboard: log in, look, change, log out. */
function dashboard(auth = true): Express {
  const identity = createIdentity({ auth, keys: store.keys, log });
  const csrf = createCsrf({ settings: store.settings, random: randomBytes });
  const guard = identity.requireRole('operator', [sessions.byCookie]);
  const made = express();
  made.get('/dashboard/login', async (req, res) => {
    const token = new URL(req.url, 'http://dashboard').searchParams.get('token') ?? '';
    res.sendStatus((await sessions.logInWithToken(token, res)) ? 204 : 401);
  });
  made.post('/dashboard/login', express.urlencoded({ extended: false }), async (req, res) => {
    const { key } = req.body as { key: string };
    res.sendStatus((await sessions.logInWithKey(key, res)) ? 204 : 401);
  });
  made.post('/dashboard/logout', async (req, res) => {
    await sessions.logOut(req, res);
    res.sendStatus(204);
  });
  made.get('/dashboard', guard, async (req, res) => {
    res.json({ author: authorOf(req, res), csrf: await csrf.token(res) });
  });
  made.post(
    '/dashboard/change',
    guard,
    express.urlencoded({ extended: false }),
    csrf.protect,
    (_req, res) => {
      changes += 1;
      res.sendStatus(204);
    },
  );
  made.use(createErrorHandler({ log }));
  return made;
}

beforeEach(async () => {
  clock = START;
  changes = 0;
  store = await openAccessStore(() => clock);
  firstKeyId = (await store.keys.create(ANN, { kind: 'admin', role: 'admin' }, 'first')).key.id;
  sessions = sessionsOf(false);
  app = dashboard();
});

afterEach(() => store.close());

const cookieIn = (answer: request.Response): string => {
  const [header] = (answer.headers['set-cookie'] ?? []) as unknown as string[];
  return header?.split(';', 1)[0] ?? '';
};
const logIn = async (): Promise<string> => {
  const answer = await request(app).get(await sessions.loginPath());
  expect(answer.status).toBe(204);
  return cookieIn(answer);
};
const look = (cookie: string): request.Test => request(app).get('/dashboard').set('cookie', cookie);

describe('the link that is printed', () => {
  test('logs in once, as the oldest administrator', async () => {
    const link = await sessions.loginPath();
    expect(link).toMatch(/^\/dashboard\/login\?token=[\w-]{43}$/);
    const cookie = cookieIn(await request(app).get(link));
    expect((await look(cookie)).body).toMatchObject({ author: { id: 'first', via: 'dashboard' } });
    expect((await request(app).get(link)).status).toBe(401);
  });

  test('is not used up by a look at what it is', async () => {
    const link = await sessions.loginPath();
    expect((await request(app).head(link)).headers['set-cookie']).toBeUndefined();
    expect((await request(app).get(link)).status).toBe(204);
  });

  test('lets in one of two who come at once', async () => {
    const link = await sessions.loginPath();
    const answers = await Promise.all([request(app).get(link), request(app).get(link)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 401]));
  });

  test.each([
    ['after a day', () => (clock += DAY)],
    [
      'once its key is revoked',
      async () => {
        await store.keys.create(ANN, { kind: 'admin', role: 'admin' }, 'second');
        await store.keys.revoke(ANN, firstKeyId);
      },
    ],
  ])('is worth nothing %s', async (_when, happen) => {
    const link = await sessions.loginPath();
    await happen();
    expect((await request(app).get(link)).status).toBe(401);
  });

  test.each(['', 'unknown', 'x'.repeat(5_000), "' or 1=1"])('made up as %j opens nothing', async (token) => {
    const answer = await request(app).get(`/dashboard/login?token=${encodeURIComponent(token)}`);
    expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined]);
  });

  test('cannot be made without a live administrator', async () => {
    const empty = await openAccessStore(() => clock);
    const sessions = createSessions({ ...empty, now: () => clock, random: randomBytes, secure: false });
    await expect(sessions.loginPath()).rejects.toThrow('no live administrator');
    await empty.close();
  });
});

describe('a token typed in', () => {
  test('of an administrator logs in', async () => {
    const { plain } = await store.keys.create(ANN, { kind: 'admin', role: 'operator' }, 'ben');
    const answer = await request(app).post('/dashboard/login').type('form').send({ key: plain });
    expect((await look(cookieIn(answer))).body).toMatchObject({ author: { id: 'ben' } });
  });

  test('of another kind does not', async () => {
    const environment = { project: 'default', environment: 'production' };
    const { plain } = await store.keys.create(ANN, { kind: 'sdk', environment }, 'booth');
    for (const key of [plain, 'unknown', '']) {
      expect((await request(app).post('/dashboard/login').type('form').send({ key })).status).toBe(401);
    }
  });
});

describe('the cookie', () => {
  test('is for this site and no script', async () => {
    const answer = await request(app).get(await sessions.loginPath());
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^djt-session=[\w-]{58}\.[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ]);
  });

  test('behind https is Secure and cannot be set by another host of the domain', async () => {
    sessions = sessionsOf(true);
    app = dashboard();
    const answer = await request(app).get(await sessions.loginPath());
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-djt-session=.*; HttpOnly; Secure/),
    ]);
    expect((await look(cookieIn(answer))).status).toBe(200);
  });

  test('with any of its characters changed opens nothing', async () => {
    const cookie = await logIn();
    const start = cookie.indexOf('=') + 1;
    const outcomes = new Set<number>();
    for (let place = start; place < cookie.length; place += 1) {
      for (const other of ['A', '.']) {
        if (cookie[place] === other) continue;
        const flipped = cookie.slice(0, place) + encodeURIComponent(other) + cookie.slice(place + 1);
        outcomes.add((await look(flipped)).status);
      }
    }
    expect([...outcomes]).toEqual([401]);
    expect((await look(cookie)).status).toBe(200);
  });

  test.each([
    ['twice', (cookie: string) => `${cookie}; ${cookie}`],
    ['quoted', (cookie: string) => cookie.replace('=', '="') + '"'],
    ['without its signature', (cookie: string) => cookie.split('.', 1)[0] ?? ''],
    ['malformed', () => 'djt-session=%E0%A4%A'],
    ['9 KB', () => `djt-session=${'x'.repeat(9_000)}`],
    ['__proto__', () => '__proto__=x; djt-session=__proto__'],
    ['empty', () => 'djt-session='],
  ])('%s opens nothing and breaks nothing', async (_how, change) => {
    const cookie = await logIn();
    expect((await look(change(cookie))).status).toBe(401);
  });

  test('lasts for seven days', async () => {
    const cookie = await logIn();
    clock += 7 * DAY - 1;
    expect((await look(cookie)).status).toBe(200);
    clock += 1;
    expect((await look(cookie)).status).toBe(401);
  });

  test('dies with its key', async () => {
    const cookie = await logIn();
    await store.keys.create(ANN, { kind: 'admin', role: 'admin' }, 'second');
    await store.keys.revoke(ANN, firstKeyId);
    expect((await look(cookie)).status).toBe(401);
  });

  test('is nowhere in the database', async () => {
    const cookie = await logIn();
    const secret = cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf('.'));
    const rows = await store.database.kysely.selectFrom('dashboard_sessions').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test('is no key on the API', async () => {
    const cookie = await logIn();
    const identity = createIdentity({ auth: true, keys: store.keys, log });
    const api = express();
    api.put('/flags/a', identity.requireRole('operator'), (_req, res) => void res.sendStatus(204));
    api.use(createErrorHandler({ log }));
    expect((await request(api).put('/flags/a').set('cookie', cookie)).status).toBe(401);
  });
});

test('logging out ends the session and clears the cookie', async () => {
  const cookie = await logIn();
  const answer = await request(app).post('/dashboard/logout').set('cookie', cookie);
  expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(/^djt-session=; Max-Age=0/)]);
  expect((await look(cookie)).status).toBe(401);
});

test('while the database is away a session just seen goes on', async () => {
  const cookie = await logIn();
  expect((await look(cookie)).status).toBe(200);
  await store.database.close();
  expect((await look(cookie)).status).toBe(200);
});

describe('a form', () => {
  const HOST = 'dashboard.example:3000';
  const OWN = `http://${HOST}`;
  const submit = async (headers: Record<string, string>, fields: object): Promise<number> => {
    const answer = await request(app)
      .post('/dashboard/change')
      .set({ host: HOST, ...headers })
      .type('form')
      .send(fields);
    return answer.status;
  };
  const tokenOf = async (cookie: string): Promise<string> =>
    ((await look(cookie)).body as { csrf: string }).csrf;

  test.each([
    ['same-origin', { 'sec-fetch-site': 'same-origin' }, 204],
    ['none: typed in by the person', { 'sec-fetch-site': 'none' }, 204],
    ['same-origin beats a strange Origin', { 'sec-fetch-site': 'same-origin', origin: 'null' }, 204],
    ['own Origin, from a browser without Fetch Metadata', { origin: OWN }, 204],
    ['own Origin in capitals', { origin: `HTTP://DESK.example:3000` }, 403],
    ['cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['cross-site beats an own Origin', { 'sec-fetch-site': 'cross-site', origin: OWN }, 403],
    ['same-site: another host of the domain', { 'sec-fetch-site': 'same-site' }, 403],
    ['nonsense', { 'sec-fetch-site': 'banana' }, 403],
    ['another Origin', { origin: 'https://evil.example' }, 403],
    ['another port', { origin: 'http://dashboard.example:4000' }, 403],
    ['a name that begins alike', { origin: 'http://dashboard.example:3000.evil.example' }, 403],
    ['Origin null', { origin: 'null' }, 403],
    ['neither', {}, 403],
    ['only a Referer', { referer: `${OWN}/dashboard` }, 403],
  ] as [string, Record<string, string>, number][])('sent with %s', async (_what, headers, status) => {
    const cookie = await logIn();
    expect(await submit({ cookie, ...headers }, { csrf: await tokenOf(cookie) })).toBe(status);
    expect(changes).toBe(status === 204 ? 1 : 0);
  });

  test.each([
    ['no token', () => ({})],
    ['an empty token', () => ({ csrf: '' })],
    ['two tokens', (token: string) => ({ csrf: [token, token] })],
    [
      'a token with a character changed',
      (token: string) => ({ csrf: `${token.slice(0, 5)}~${token.slice(6)}` }),
    ],
    ['a token of another session', async () => ({ csrf: await tokenOf(await logIn()) })],
    ['a token cut short', (token: string) => ({ csrf: token.slice(0, -1) })],
  ] as [string, (token: string) => object | Promise<object>][])(
    'with %s changes nothing',
    async (_what, fieldsOf) => {
      const cookie = await logIn();
      const fields = await fieldsOf(await tokenOf(cookie));
      expect(await submit({ cookie, 'sec-fetch-site': 'same-origin' }, fields)).toBe(403);
      expect(changes).toBe(0);
    },
  );

  test('may carry its token in a header, for scripts of the page', async () => {
    const cookie = await logIn();
    const headers = { cookie, 'sec-fetch-site': 'same-origin', 'x-csrf-token': await tokenOf(cookie) };
    expect(await submit(headers, {})).toBe(204);
  });

  test('is guarded with AUTH=off too', async () => {
    app = dashboard(false);
    const token = await tokenOf('');
    expect(await submit({ 'sec-fetch-site': 'same-origin' }, { csrf: token })).toBe(204);
    expect(await submit({ 'sec-fetch-site': 'cross-site' }, { csrf: token })).toBe(403);
    expect(await submit({ 'sec-fetch-site': 'same-origin' }, {})).toBe(403);
  });
});
