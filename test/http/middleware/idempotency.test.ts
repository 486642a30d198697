import type { RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idempotency } from '../../../src/http/middleware/idempotency.ts';
import { jsonBody } from '../../../src/http/input/json-body.ts';
import { setPrincipal } from '../../../src/http/auth/principal.ts';
import { Problem } from '../../../src/http/problems/problem.ts';
import { createIdempotentRequests } from '../../../src/store/idempotent-requests.ts';
import { appOf, type AccessStore, listen, openAccessStore } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

let clock: number;
let store: AccessStore;
let done: number;
let hold: Promise<void> | undefined;
let begun: PromiseWithResolvers<void>;
const log = createRecordingLogger();

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 20, 22);
  done = 0;
  hold = undefined;
  begun = Promise.withResolvers();
  store = await openAccessStore(() => clock);
});

afterEach(() => store.close());

const asKey: RequestHandler = (req, res, next) => {
  const keyId = req.get('x-key') ?? 'k1';
  setPrincipal(res, { kind: 'token', name: keyId, role: 'admin', keyId });
  next();
};
const create: RequestHandler = async (req, res) => {
  begun.resolve();
  await hold;
  if (req.path === '/fails') throw new Problem(409, 'conflict', 'It is there already.');
  done += 1;
  if (req.path === '/nothing') {
    res.status(204).end();
    return;
  }
  if (req.path === '/secret') res.set('cache-control', 'no-store');
  res.status(201).set('etag', '"1"').json({ number: done });
};
const app = () => {
  const requests = createIdempotentRequests({ database: store.database, now: () => clock });
  return appOf(log, asKey, jsonBody({ required: false }), idempotency({ requests, log }), create);
};
const post = (
  key: string | undefined,
  path = '/flags',
  body: object = { a: 1 },
  client = 'k1',
): request.Test => {
  const sent = request(app()).post(path).set('x-key', client).send(body);
  return key === undefined ? sent : sent.set('idempotency-key', key);
};

describe('a POST with an Idempotency-Key', () => {
  test('sent again is not done again, and answered as before', async () => {
    const first = await post('a');
    await expect.poll(async () => (await post('a')).headers['idempotent-replayed']).toBe('true');
    const again = await post('a');
    expect([again.status, again.body, again.headers['etag'], again.type]).toEqual([
      first.status,
      first.body,
      first.headers['etag'],
      first.type,
    ]);
    expect(done).toBe(1);
  });

  test('is another for another key, another client, and without a key', async () => {
    await post('a');
    await post('b');
    await post('a', '/flags', { a: 1 }, 'k2');
    await post(undefined);
    await post(undefined);
    expect(done).toBe(5);
  });

  test.each([
    ['another body', '/flags', { a: 2 }],
    ['another path', '/segments', { a: 1 }],
    ['another query', '/flags?dry_run=1', { a: 1 }],
  ])('with %s under the same key is 422', async (_what, path, body) => {
    await post('a');
    expect((await post('a', path, body)).body).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
    expect(done).toBe(1);
  });

  test('sent again while the first is under way is 409, and nothing is done twice', async () => {
    const gate = Promise.withResolvers<void>();
    hold = gate.promise;
    const first = post('a').then((answer) => answer);
    await begun.promise;
    const second = await post('a');
    expect(second.body).toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    expect(second.headers['retry-after']).toBe('1');
    gate.resolve();
    expect((await first).status).toBe(201);
    expect(done).toBe(1);
  });

  test('whose client went in the middle is still done once, and answered when asked again', async () => {
    const gate = Promise.withResolvers<void>();
    hold = gate.promise;
    const live = await listen(app(), log);
    const headers = { 'idempotency-key': 'a', 'content-type': 'application/json' };
    const ask = (signal: AbortSignal | null): Promise<Response> =>
      fetch(`${live.url}/flags`, { method: 'POST', headers, body: '{"a":1}', signal });
    const impatient = new AbortController();
    const first = ask(impatient.signal);
    await begun.promise;
    impatient.abort();
    await expect(first).rejects.toThrow('abort');
    gate.resolve();
    await expect.poll(async () => (await ask(null)).headers.get('idempotent-replayed')).toBe('true');
    expect(done).toBe(1);
    await live.close();
  });

  test('that failed may be tried again', async () => {
    await post('a', '/fails');
    await expect.poll(async () => (await post('a', '/fails')).body.code).toBe('conflict');
  });

  test('whose answer is empty is replayed empty', async () => {
    await post('a', '/nothing');
    await expect.poll(async () => (await post('a', '/nothing')).headers['idempotent-replayed']).toBe('true');
    expect(done).toBe(1);
  });

  test('whose answer held a secret is not done again, and the secret is kept nowhere', async () => {
    await post('a', '/secret');
    await expect.poll(async () => (await post('a', '/secret')).body.code).toBe('conflict');
    expect(done).toBe(1);
    const rows = await store.database.kysely.selectFrom('idempotent_requests').select('answer').execute();
    expect(JSON.stringify(rows)).not.toContain('number');
  });

  test('whose maker died in the middle may be tried again after a minute', async () => {
    const requests = createIdempotentRequests({ database: store.database, now: () => clock });
    expect(await requests.begin('k', 'a', 'd')).toEqual({ outcome: 'new' });
    expect(await requests.begin('k', 'a', 'd')).toEqual({ outcome: 'in-progress' });
    clock += 60_000;
    expect(await requests.begin('k', 'a', 'd')).toEqual({ outcome: 'new' });
  });

  test('is forgotten after a day', async () => {
    const requests = createIdempotentRequests({ database: store.database, now: () => clock });
    await requests.begin('k', 'a', 'd');
    await requests.finish('k', 'a', { status: 201, headers: {}, body: '{}' });
    clock += 24 * 3_600_000 - 1;
    expect((await requests.begin('k', 'a', 'd')).outcome).toBe('done');
    clock += 1;
    expect((await requests.begin('k', 'a', 'd')).outcome).toBe('new');
  });

  test.each(['', ' ', 'a b', 'x'.repeat(256)])('of the form %j is 400', async (key) => {
    const answer = await post(key);
    // An empty value is dropped by none of the parsers on the way.
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_header' });
  });
});
