import type { RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdentity, type Identity } from '../../../src/http/auth/identity.ts';
import { authorOf, callerEnvironment, principalOf } from '../../../src/http/auth/principal.ts';
import { ROLES, type Role } from '../../../src/access/key-record.ts';
import { DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../../src/store/store.ts';
import { ANN, appOf, type AccessStore, openAccessStore } from '../../support/middleware-app.ts';
import { createRecordingLogger, type RecordingLogger } from '../../support/recording-logger.ts';

const STAGING: EnvironmentRef = { project: 'default', environment: 'staging' };
const START = Date.UTC(2026, 10, 20, 22);

let clock: number;
let store: AccessStore;
let identity: Identity;
let log: RecordingLogger;

beforeEach(async () => {
  clock = START;
  store = await openAccessStore(() => clock);
  log = createRecordingLogger();
  identity = createIdentity({ auth: true, keys: store.keys, log });
});

afterEach(() => store.close());

const admin = async (role: Role): Promise<string> =>
  (await store.keys.create(ANN, { kind: 'admin', role }, `the ${role}`)).plain;
const program = async (kind: 'sdk' | 'mobile' | 'client-side-id'): Promise<string> =>
  (await store.keys.create(ANN, { kind, environment: STAGING }, 'the booth')).plain;

const who: RequestHandler = (req, res) => {
  res.json({ principal: principalOf(res), author: authorOf(req, res) });
};
const ask = (guard: RequestHandler, headers: Record<string, string> = {}): request.Test =>
  request(appOf(log, guard, who))
    .put('/flags/a')
    .set(headers);

describe('an administrator’s token', () => {
  test.each([
    ['Authorization: Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['authorization: bearer', (key: string) => ({ authorization: `bearer ${key}` })],
    ['X-API-Key', (key: string) => ({ 'x-api-key': key })],
  ])('as %s lets in, and says who it is', async (_how, headers) => {
    const answer = await ask(identity.requireRole('operator'), headers(await admin('operator')));
    expect(answer.body).toMatchObject({
      principal: { kind: 'token', name: 'the operator', role: 'operator' },
      author: { id: 'the operator', via: 'api', address: expect.stringContaining('127.0.0.1') },
    });
  });

  test.each(ROLES.flatMap((has) => ROLES.map((needs) => [has, needs] as const)))(
    'with the role %s where %s is needed',
    async (has, needs) => {
      const answer = await ask(identity.requireRole(needs), { 'x-api-key': await admin(has) });
      const reaches = ROLES.indexOf(has) >= ROLES.indexOf(needs);
      expect([answer.status, answer.body.code]).toEqual(reaches ? [200, undefined] : [403, 'forbidden']);
    },
  );

  test('in somebody’s query is no key', async () => {
    const key = await admin('admin');
    const app = appOf(log, identity.requireRole('viewer'), who);
    expect((await request(app).get(`/?api_key=${key}&access_token=${key}`)).status).toBe(401);
  });
});

describe('a key that opens nothing', () => {
  test('none at all is 401 unauthorized, with a challenge', async () => {
    const answer = await ask(identity.requireRole('viewer'));
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="dj-toggle"');
  });

  test('bad keys get one response, and what is not in the form of a key another', async () => {
    const good = await admin('admin');
    const revoked = await store.keys.create(ANN, { kind: 'admin', role: 'admin' }, 'gone');
    await store.keys.revoke(ANN, revoked.key.id);
    const expired = await store.keys.create(
      ANN,
      { kind: 'admin', role: 'admin' },
      'late',
      new Date(START).toISOString(),
    );
    const wellFormed: Record<string, string>[] = [
      { authorization: 'Bearer unknown' },
      { authorization: `Bearer ${revoked.plain}` },
      { authorization: `Bearer ${expired.plain}` },
      { authorization: `Bearer ${good.slice(0, -1)}x` },
      { authorization: `Bearer ${'k'.repeat(10_240)}` },
      { authorization: 'Bearer clé-à-moi' },
      { 'x-api-key': 'unknown' },
      { 'x-api-key': await program('client-side-id') },
    ];
    const malformed: Record<string, string>[] = [
      { authorization: `Bearer Bearer ${good}` },
      { authorization: 'Bearer' },
      { authorization: `Basic ${Buffer.from(good).toString('base64')}` },
      { 'x-api-key': `${good} x` },
    ];
    const responsesTo = async (requests: readonly Record<string, string>[]): Promise<readonly string[]> => {
      const responses = new Set<string>();
      for (const headers of requests) {
        const { status, text, headers: got } = await ask(identity.requireRole('viewer'), headers);
        responses.add(`${status} ${text} ${got['www-authenticate']}`);
      }
      return [...responses];
    };
    expect(await responsesTo(wellFormed)).toEqual([
      expect.stringMatching(/^401 \{.*unknown, expired or revoked.*"code":"invalid_key".*Bearer realm/),
    ]);
    expect(await responsesTo(malformed)).toEqual([
      expect.stringMatching(/^401 \{.*send Authorization: Bearer.*"code":"invalid_key".*Bearer realm/),
    ]);
  });

  test('two Authorization headers are no key, even if the first is good', async () => {
    const good = await admin('admin');
    const app = appOf(log, identity.requireRole('viewer'), who);
    const sent = request(app).get('/');
    // Two values under one name go out as two lines.
    void sent.set('authorization', [`Bearer ${good}`, `Bearer ${good}`] as never);
    expect((await sent).body).toMatchObject({ status: 401, code: 'invalid_key' });
  });
});

describe('a valid key where it may not be', () => {
  test.each(['sdk', 'mobile'] as const)('a %s key on the API is 403, and written down', async (kind) => {
    const key = await program(kind);
    const answer = await ask(identity.requireRole('viewer'), { authorization: `Bearer ${key}` });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect((await store.keys.events.list())[0]).toMatchObject({
      action: 'refuse',
      author: { id: 'the booth', via: 'api' },
      detail: "PUT /flags/a needs an administrator's token with the role viewer",
    });
  });

  test('a viewer who writes is 403, and written down', async () => {
    await ask(identity.requireRole('operator'), { 'x-api-key': await admin('viewer') });
    expect((await store.keys.events.list())[0]).toMatchObject({
      action: 'refuse',
      author: { id: 'the viewer' },
    });
  });

  test.each([
    ['an administrator’s token', () => admin('admin')],
    ['a mobile key', () => program('mobile')],
    ['a client-side ID', () => program('client-side-id')],
  ])('%s where an SDK key is required is 401', async (_what, make) => {
    const answer = await ask(identity.requireSdkKey(), { authorization: await make() });
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_key']);
  });
});

describe('a program’s key', () => {
  const where: RequestHandler = (_req, res) => void res.json(callerEnvironment(res));

  test.each([
    ['alone', (key: string) => key],
    ['as api_key', (key: string) => `api_key ${key}`],
    ['as Bearer', (key: string) => `Bearer ${key}`],
  ])('%s in Authorization says which environment is meant', async (_how, header) => {
    const sdk = appOf(log, identity.requireSdkKey(), where);
    const mobile = appOf(log, identity.requireMobileKey(), where);
    const any = appOf(log, identity.requireProgramKey(), where);
    const [sdkKey, mobileKey] = [await program('sdk'), await program('mobile')];
    for (const [app, key] of [
      [sdk, sdkKey],
      [mobile, mobileKey],
      [any, sdkKey],
      [any, mobileKey],
      [any, await program('client-side-id')],
    ] as const) {
      expect((await request(app).get('/all').set('authorization', header(key))).body).toEqual(STAGING);
    }
  });

  test('a client-side ID is found, and one that is not there is certainly not there', async () => {
    const id = await program('client-side-id');
    const admit =
      (asked: string): RequestHandler =>
      async (_req, res) => {
        res.json(await identity.acceptClientSideId(asked, res));
      };
    expect((await request(appOf(log, admit(id))).get('/')).body).toEqual(STAGING);
    for (const wrong of ['missing', await program('sdk')]) {
      expect((await request(appOf(log, admit(wrong))).get('/')).body).toMatchObject({
        status: 404,
        code: 'not_found',
      });
    }
  });
});

test('while keys cannot be checked, no key is refused as wrong', async () => {
  const known = await program('sdk');
  await store.keys.verify(known);
  await store.database.close();
  const admit: RequestHandler = async (_req, res) => {
    res.json(await identity.acceptClientSideId('missing', res));
  };
  for (const guard of [
    identity.requireRole('viewer'),
    identity.requireSdkKey(),
    identity.requireMobileKey(),
    admit,
  ]) {
    const answer = await ask(guard, { authorization: 'Bearer unknown' });
    expect([answer.status, answer.body.code]).toEqual([503, 'store_unavailable']);
    expect(answer.headers['retry-after']).toBe('1');
  }
  expect((await ask(identity.requireSdkKey(), { authorization: known })).status).toBe(200);
});

describe('with AUTH=off', () => {
  beforeEach(() => {
    identity = createIdentity({ auth: false, keys: store.keys, log });
  });

  test('everybody is an anonymous administrator', async () => {
    const answer = await ask(identity.requireRole('admin'));
    expect(answer.body).toMatchObject({
      author: { id: 'anonymous', via: 'api' },
      principal: { role: 'admin' },
    });
  });

  test('programs without a key are in the default environment, with one in its own', async () => {
    const where: RequestHandler = (_req, res) => void res.json(callerEnvironment(res));
    const app = appOf(log, identity.requireSdkKey(), where);
    expect((await request(app).get('/all')).body).toEqual(DEFAULT_ENVIRONMENT);
    expect((await request(app).get('/all').set('authorization', 'anything')).body).toEqual(
      DEFAULT_ENVIRONMENT,
    );
    expect(
      (
        await request(app)
          .get('/all')
          .set('authorization', await program('sdk'))
      ).body,
    ).toEqual(STAGING);
  });
});

test('a route without a guard cannot say who writes', async () => {
  expect((await request(appOf(log, who)).put('/')).status).toBe(500);
  expect(log.lines).toHaveLength(1);
});
