import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { type ApiApp, startApi } from '../support/api-app.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';

const THREE_WAYS = {
  on: true,
  variations: ['red', 'green', 'blue'],
  offVariation: 0,
  fallthrough: { variation: 1 },
};

/** Bodies for POST /flags that differ from a good one in one thing. */
const flag = (change: object): object => ({ flag_name: 'bad', ...change });
const definition = (change: object): object => flag({ definition: { ...THREE_WAYS, ...change } });
const rollout = (...weights: readonly number[]): object =>
  definition({
    fallthrough: { rollout: { variations: weights.map((weight, variation) => ({ variation, weight })) } },
  });
const clause = (op: string, value: unknown): object =>
  definition({ rules: [{ clauses: [{ attribute: 'name', op, values: [value] }], variation: 0 }] });

let app: ApiApp;
let api: ApiClient;

beforeAll(async () => {
  app = await startApi({
    rateLimits: {
      writes: { limit: 1_000, windowMs: 10_000 },
      failedLogins: { limit: 1_000, windowMs: 60_000 },
    },
  });
  api = await createApiClient(app.url, app.tokens.admin);
  await api.post('/flags', { flag_name: 'there', definition: THREE_WAYS });
  await api.post('/segments', { segment_name: 'first' });
  await api.post('/segments', {
    segment_name: 'second',
    definition: { rules: [{ clauses: [{ attribute: '', op: 'segmentMatch', values: ['first'] }] }] },
  });
});
afterAll(async () => {
  await app.close();
});

/** Status and code of a clean answer: a small problem, without a trace of the inside; and the service goes on. */
async function problemOf(response: Response): Promise<readonly [status: number, code: unknown]> {
  const text = await response.text();
  const problem: { readonly [name: string]: unknown } = JSON.parse(text);
  expect(problem).toMatchObject({
    type: `/docs/errors#${String(problem['code'])}`,
    title: expect.any(String),
    status: response.status,
    detail: expect.any(String),
    instance: expect.any(String),
    message: problem['detail'],
  });
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(text.length).toBeLessThanOrEqual(2_048);
  expect(text).not.toMatch(/node_modules|\bat \S+ \(|SQLITE|ZodError/);
  expect((await fetch(`${app.url}/health`)).status).toBe(200);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(app.errors).toEqual([]);
  return [response.status, problem['code']];
}

type Init = {
  readonly body?: string | Buffer<ArrayBuffer>;
  readonly headers?: { readonly [name: string]: string };
};

const send = (method: string, path: string, init: Init = {}) =>
  fetch(app.url + path, {
    method,
    ...init,
    headers: { authorization: `Bearer ${app.tokens.admin}`, ...init.headers },
  });
const post = (
  path: string,
  body: string | Buffer<ArrayBuffer>,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => send('POST', path, { body, headers });

describe('a bad body of POST /flags', () => {
  test.each<[string, unknown, number, string]>([
    ['not an object: null', null, 422, 'invalid_type'],
    ['not an object: text', 'x', 422, 'invalid_type'],
    ['not an object: a list', [], 422, 'invalid_type'],
    ['a status that is text', flag({ status: 'true' }), 422, 'invalid_type'],
    ['a share over 100', flag({ rollout_percentage: 101 }), 422, 'too_big'],
    ['a share under 0', flag({ rollout_percentage: -1 }), 422, 'too_small'],
    ['NUL in the name', { flag_name: 'a\0b' }, 422, 'invalid_string'],
    ['NUL in the description', flag({ description: 'a\0b' }), 422, 'invalid_string'],
    ['an unknown field', flag({ colour: 'red' }), 422, 'unknown_field'],
    ['an unknown field of the definition', definition({ colour: 'red' }), 422, 'unknown_field'],
    ['version, which is the server’s', flag({ version: 3 }), 422, 'read_only_field'],
    ['_id, which is the server’s', flag({ _id: 3 }), 422, 'read_only_field'],
    [
      'created_at, which is the server’s',
      flag({ created_at: '2030-01-01T00:00:00Z' }),
      422,
      'read_only_field',
    ],
    ['no name', {}, 422, 'invalid_type'],
    ['an empty name', { flag_name: '' }, 422, 'invalid_key'],
    ['a name with a blank', { flag_name: 'a b' }, 422, 'invalid_key'],
    ['a name that climbs', { flag_name: '../x' }, 422, 'invalid_key'],
    ['a name that climbs in code', { flag_name: '..%2f' }, 422, 'invalid_key'],
    ['a name of %00', { flag_name: '%00' }, 422, 'invalid_key'],
    ['a name of a dot', { flag_name: '.' }, 422, 'invalid_key'],
    ['a name of 257', { flag_name: 'a'.repeat(257) }, 422, 'invalid_key'],
    ['an emoji', { flag_name: '🎧' }, 422, 'invalid_key'],
    ['a Cyrillic look-alike', { flag_name: 'pаge' }, 422, 'invalid_key'],
    ['__proto__', { flag_name: '__proto__' }, 422, 'invalid_key'],
    ['a name that is taken', { flag_name: 'there' }, 409, 'conflict'],
    ['weights that sum to 99,999', rollout(50_000, 49_999), 422, 'invalid_rollout'],
    ['a negative weight', rollout(-1, 100_001), 422, 'invalid_rollout'],
    ['a weight over 100,000', rollout(100_001), 422, 'invalid_rollout'],
    ['a rollout of nothing', rollout(), 422, 'invalid_rollout'],
    ['a rollout of 65', rollout(...Array.from({ length: 65 }, () => 0)), 422, 'invalid_rollout'],
    ['no variations', definition({ variations: [] }), 422, 'invalid_rollout'],
    [
      'a seed of 0, which SDKs read differently',
      definition({ fallthrough: { rollout: { seed: 0, variations: [{ variation: 0, weight: 100_000 }] } } }),
      422,
      'seed_zero',
    ],
    ['a fallthrough to nothing', definition({ fallthrough: {} }), 422, 'nothing_to_serve'],
    [
      '65 variations',
      definition({ variations: Array.from({ length: 65 }, (_, nth) => nth) }),
      422,
      'invalid_rollout',
    ],
    ['variation −1', definition({ fallthrough: { variation: -1 } }), 422, 'invalid_variation'],
    ['variation 1.5', definition({ fallthrough: { variation: 1.5 } }), 422, 'invalid_variation'],
    ['variation "1"', definition({ fallthrough: { variation: '1' } }), 422, 'invalid_variation'],
    ['variation 3 of 3', definition({ offVariation: 3 }), 422, 'invalid_variation'],
    ['itself as a prerequisite', definition({ prerequisites: [{ key: 'bad', variation: 0 }] }), 422, 'cycle'],
    [
      'a prerequisite that is not there',
      definition({ prerequisites: [{ key: 'gone', variation: 0 }] }),
      422,
      'unknown_prerequisite',
    ],
    [
      '10,001 targets',
      definition({
        targets: [{ variation: 0, values: Array.from({ length: 10_001 }, (_, nth) => `u${nth}`) }],
      }),
      422,
      'limit_exceeded',
    ],
    [
      '1,001 rules',
      definition({ rules: Array.from({ length: 1_001 }, () => ({ clauses: [], variation: 0 })) }),
      422,
      'limit_exceeded',
    ],
    ['the pattern (', clause('matches', '('), 422, 'invalid_regex'],
    ['a back-reference', clause('matches', String.raw`(a)\1`), 422, 'invalid_regex'],
    ['a look-ahead', clause('matches', 'a(?=b)'), 422, 'invalid_regex'],
    ['a{1,1001}', clause('matches', 'a{1,1001}'), 422, 'invalid_regex'],
    ['a pattern of 257 characters', clause('matches', 'a'.repeat(257)), 422, 'invalid_regex'],
    ['a pattern too large when compiled', clause('matches', 'a{1,1000}'), 422, 'invalid_regex'],
    ['the operator constructor', clause('constructor', 'x'), 422, 'unknown_operator'],
    ['the operator toString', clause('toString', 'x'), 422, 'unknown_operator'],
    ['an operator that is none', clause('resembles', 'x'), 422, 'unknown_operator'],
    ['a description of blanks', flag({ description: '   ' }), 422, 'invalid_value'],
    ['a description of 64 KB + 1', flag({ description: 'a'.repeat(65_537) }), 422, 'invalid_string'],
    [
      'two names that lead to a prototype',
      { flag_name: 'bad', constructor: { prototype: { polluted: 1 } } },
      400,
      'forbidden_key',
    ],
  ])('%s', async (_what, body, status, code) => {
    expect(await problemOf(await post('/flags', JSON.stringify(body)))).toEqual([status, code]);
    expect((await api.get('/flags/bad')).status).toBe(404);
  });

  test.each<[string, string, number, string]>([
    ['a name without quotes', '{a:1}', 400, 'malformed_json'],
    ['a comma too many', '{"a":1,}', 400, 'malformed_json'],
    ['nothing', '', 400, 'malformed_json'],
    ['45,000 lists in one another', '['.repeat(45_000), 400, 'too_deep'],
    ['__proto__', '{"__proto__":{"polluted":1}}', 400, 'forbidden_key'],
    [
      '__proto__ deep inside',
      '{"flag_name":"bad","definition":{"a":{"__proto__":{"polluted":1}}}}',
      400,
      'forbidden_key',
    ],
    ['more than 256 KB', JSON.stringify({ a: 'b'.repeat(262_144) }), 413, 'payload_too_large'],
    [
      'a value of 10 MB',
      JSON.stringify(definition({ variations: ['x'.repeat(10_000_000)] })),
      413,
      'payload_too_large',
    ],
  ])('%s', async (_what, body, status, code) => {
    expect(await problemOf(await post('/flags', body))).toEqual([status, code]);
  });

  test.each<[string, Record<string, string>, string | Buffer<ArrayBuffer>, string]>([
    ['no Content-Type', { 'content-type': '' }, '{}', 'unsupported_media_type'],
    ['text/plain', { 'content-type': 'text/plain' }, '{}', 'unsupported_media_type'],
    ['charset=utf-7', { 'content-type': 'application/json; charset=utf-7' }, '{}', 'unsupported_charset'],
    [
      'charset=iso-8859-1',
      { 'content-type': 'application/json; charset=iso-8859-1' },
      '{}',
      'unsupported_charset',
    ],
    [
      'an unknown Content-Encoding',
      { 'content-type': 'application/json', 'content-encoding': 'zstdx' },
      '{}',
      'unsupported_encoding',
    ],
  ])('%s is 415', async (_what, headers, body, code) => {
    expect(await problemOf(await post('/flags', body, headers))).toEqual([415, code]);
  });

  test('gzip that is none is 400, and a bomb is 413', async () => {
    const gzip = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(await problemOf(await post('/flags', 'not gzip at all', gzip))).toEqual([400, 'bad_encoding']);
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
    expect(bomb.length).toBeLessThan(60_000);
    expect(await problemOf(await post('/flags', bomb, gzip))).toEqual([413, 'payload_too_large']);
  });

  test('a circle of three prerequisites is 422 where it closes', async () => {
    const needs = (key: string) => ({
      definition: { ...THREE_WAYS, prerequisites: [{ key, variation: 1 }] },
    });
    await api.post('/flags', { flag_name: 'one', definition: THREE_WAYS });
    await api.post('/flags', { flag_name: 'two', ...needs('one') });
    await api.post('/flags', { flag_name: 'three', ...needs('two') });
    expect(await problemOf(await send('PUT', '/flags/one', json(needs('three'))))).toEqual([422, 'cycle']);
    expect(await problemOf(await send('DELETE', '/flags/two'))).toEqual([409, 'in_use']);
    expect((await api.delete('/flags/two')).at('/detail')).toContain('three');
  });

  test('a circle of segments is 422', async () => {
    const asks = {
      definition: { rules: [{ clauses: [{ attribute: '', op: 'segmentMatch', values: ['second'] }] }] },
    };
    expect(await problemOf(await send('PUT', '/segments/first', json(asks)))).toEqual([422, 'cycle']);
  });
});

const json = (body: object) => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

test.each<[string, string, string, unknown, string]>([
  ['a missing field', 'POST', '/flags', {}, 'flag_name is required'],
  [
    'a mistyped field',
    'POST',
    '/flags',
    { flag_name: 'x', rolout_percentage: 5 },
    'Did you mean "rollout_percentage"?',
  ],
  ['a mistyped flag', 'GET', '/flags/ther', undefined, 'Did you mean "there"?'],
  ['a mistyped segment', 'GET', '/segments/frist', undefined, 'Did you mean "first"?'],
  ['a path with a prefix', 'GET', '/api/flags', undefined, 'try /flags'],
  ['a path with a version', 'GET', '/api/v2/flags/there', undefined, 'try /flags/there'],
])('the problem of %s says what to do', async (_what, method, path, body, hint) => {
  const response = await send(method, path, body === undefined ? {} : json(body as object));
  expect(((await response.json()) as { detail: string }).detail).toContain(hint);
});

test('OPTIONS names every method of a path', async () => {
  const allow = async (path: string) => (await send('OPTIONS', path)).headers.get('allow');
  expect(await allow('/flags')).toBe('POST, GET, HEAD, OPTIONS');
  expect(await allow('/flags/there')).toBe('GET, PUT, DELETE, HEAD, OPTIONS');
});

test('the response to a token without Bearer says how to send it', async () => {
  const response = await fetch(`${app.url}/flags`, { headers: { authorization: app.tokens.admin } });
  expect(await response.json()).toMatchObject({
    status: 401,
    code: 'invalid_key',
    detail: expect.stringContaining('Authorization: Bearer <key>'),
  });
});

describe('a bad request', () => {
  test.each([
    ['a%20b'],
    ['..%2fx'],
    ['%00'],
    ['%2e%2e'],
    ['a'.repeat(257)],
    [encodeURIComponent('🎧')],
    [encodeURIComponent('pаge')],
    ['__proto__'],
    ['missing'],
  ])('for the flag %s is 404', async (name) => {
    expect(await problemOf(await send('GET', `/flags/${name}`))).toEqual([404, 'not_found']);
    expect(await problemOf(await send('PUT', `/flags/${name}`, json({ status: true })))).toEqual([
      404,
      'not_found',
    ]);
    expect(await problemOf(await send('DELETE', `/flags/${name}`))).toEqual([404, 'not_found']);
  });

  test.each([
    'limit=-1',
    'limit=0',
    'limit=1e9',
    'limit=abc',
    'limit=10;drop',
    'limit=1&limit=2',
    'limt=1',
    'status=yes',
    'q=%00',
  ])('with ?%s is 400', async (query) => {
    expect(await problemOf(await send('GET', `/flags?${query}`))).toEqual([400, 'invalid_query']);
  });

  test('with more than 20 pairs in the query is 400', async () => {
    const pairs = Array.from({ length: 21 }, (_, nth) => `a${nth}=1`).join('&');
    expect(await problemOf(await send('GET', `/users/alice/flags?${pairs}`))).toEqual([400, 'invalid_query']);
    expect(await problemOf(await send('GET', '/users/alice/flags?kind=device'))).toEqual([
      400,
      'invalid_query',
    ]);
  });

  test('with a cursor that was changed, or is of another list, is 400', async () => {
    await api.post('/flags', { flag_name: 'cursor-a' });
    await api.post('/flags', { flag_name: 'cursor-b' });
    const link = (await api.get('/flags?q=cursor&limit=1')).headers.get('link') ?? '';
    const cursor = /cursor=([^>&]+)/.exec(link)?.[1] ?? '';
    expect((await api.get(`/flags?q=cursor&cursor=${cursor}`)).status).toBe(200);
    await api.post('/projects', { key: 'other' });
    await api.post('/projects/other/environments', { key: 'production' });
    for (const path of [
      `/flags?q=cursor&cursor=${cursor}A`,
      `/flags?q=cursor&cursor=${cursor.slice(0, -2)}`,
      `/flags?q=cursor&cursor=x`,
      `/flags?q=other&cursor=${cursor}`,
      `/flags?q=cursor&cursor=${cursor}&project=other`,
      `/segments?cursor=${cursor}`,
      `/audit?cursor=${cursor}`,
      `/schedules?cursor=${cursor}`,
    ]) {
      expect(await problemOf(await send('GET', path))).toEqual([400, 'invalid_cursor']);
    }
  });

  test.each([
    ['a path that is not UTF-8', 'GET', '/flags/%E0%A4%A', 400, 'bad_path_encoding'],
    ['a route that is none', 'GET', '/flagz', 404, 'not_found'],
    ['PUT on a list', 'PUT', '/flags', 405, 'method_not_allowed'],
    ['PATCH on a flag', 'PATCH', '/flags/there', 405, 'method_not_allowed'],
    ['REPORT on a list', 'REPORT', '/flags', 405, 'method_not_allowed'],
    ['another project’s flag', 'GET', '/flags/there?project=missing', 404, 'not_found'],
    ['another environment’s flag', 'GET', '/flags/there?environment=nowhere', 404, 'not_found'],
  ])('for %s is a problem', async (_what, method, path, status, code) => {
    const response = await send(method, path);
    if (status === 405) expect(response.headers.get('allow')).toContain('GET');
    expect(await problemOf(response)).toEqual([status, code]);
  });

  test('that takes only HTML is 406', async () => {
    expect(await problemOf(await send('GET', '/flags', { headers: { accept: 'text/html' } }))).toEqual([
      406,
      'not_acceptable',
    ]);
  });

  test('without a key is 401, and says how to bring one', async () => {
    const response = await fetch(`${app.url}/flags`);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(await problemOf(response)).toEqual([401, 'unauthorized']);
  });

  test.each(['djt_adm_unknown', 'x'.repeat(10_240), 'Bearer Bearer', 'Bearer x Bearer y'])(
    'with a key that is none is 401',
    async (key) => {
      const response = await fetch(`${app.url}/flags`, { headers: { authorization: `Bearer ${key}` } });
      expect(await problemOf(response)).toEqual([401, 'invalid_key']);
    },
  );

  test('with an SDK key is 403, and is written down', async () => {
    const response = await fetch(`${app.url}/flags`, { headers: { authorization: `Bearer ${app.sdkKey}` } });
    expect(await problemOf(response)).toEqual([403, 'forbidden']);
    expect(await app.keys.events.list({ limit: 1 })).toMatchObject([{ action: 'refuse' }]);
  });

  test('with an Idempotency-Key that was used for another is 422, and the same one is done once', async () => {
    const create = (body: object) =>
      post('/flags', JSON.stringify(body), {
        'content-type': 'application/json',
        'idempotency-key': 'only-once',
      });
    const first = await create({ flag_name: 'once' });
    const again = await create({ flag_name: 'once' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.text()).toBe(await first.text());
    expect(await problemOf(await create({ flag_name: 'twice' }))).toEqual([422, 'idempotency_mismatch']);
  });

  test('that undoes what never was is 404', async () => {
    expect(await problemOf(await send('POST', '/audit/999999/undo'))).toEqual([404, 'not_found']);
    expect(await problemOf(await send('POST', '/audit/x/undo'))).toEqual([404, 'not_found']);
  });

  test('that explains for an invalid context is 400', async () => {
    for (const context of [
      {},
      { kind: '' },
      { kind: 'a b', key: 'x' },
      { kind: 'user', key: '' },
      { kind: 'user', key: 1 },
      { kind: 'multi' },
    ]) {
      expect(await problemOf(await send('POST', '/flags/there/explain', json({ context })))).toEqual([
        400,
        'invalid_context',
      ]);
    }
  });

  test.each([
    ['http://2130706433/', 'forbidden_target'],
    ['https://[::ffff:7f00:1]/', 'forbidden_target'],
    ['https://169.254.170.2/', 'forbidden_target'],
    ['file:///etc/passwd', 'invalid_url'],
    ['https://user:pw@example.com/', 'invalid_url'],
    [`https://example.com/${'a'.repeat(3_000)}`, 'invalid_url'],
  ])('for a webhook to %s is 422', async (url, code) => {
    expect(await problemOf(await post('/webhooks', JSON.stringify({ url })))).toEqual([422, code]);
    const { body } = await api.get('/webhooks');
    expect(body).toEqual([]);
  });
});

describe('odd input that is good', () => {
  test('−0 and 1.0 are numbers', async () => {
    const body =
      '{"flag_name":"zero","status":true,"rollout_percentage":-0,"definition":{"on":true,"variations":[true,false],"offVariation":1.0,"fallthrough":{"variation":-0}}}';
    const response = await post('/flags', body);
    expect(response.status).toBe(201);
    const text = await response.text();
    expect(text).toContain('"offVariation":1');
    expect(text).toContain('"rollout_percentage":0');
    expect(text).not.toMatch(/-0|1\.0/);
  });

  test('markup, bidi and line breaks are text, and come back as they went in', async () => {
    const description = '<script>alert(1)</script> \u202Eabc\r\n\u001b[31m';
    const created = await api.post('/flags', { flag_name: 'text', description });
    expect(created.at('/description')).toBe(description);
  });

  test('versions and dates that are none are kept, and match nothing', async () => {
    const values = ['"1.2"', '"v1"', `"${'9'.repeat(5_000)}"`, '"2026-13-45"', '1e20'].join(',');
    const rules = ['semVerEqual', 'semVerGreaterThan', 'before', 'after'].map(
      (op) => `{"clauses":[{"attribute":"at","op":"${op}","values":[${values}]}],"variation":0}`,
    );
    const body = JSON.stringify({ flag_name: 'odd', definition: { ...THREE_WAYS, rules: [] } });
    const created = await post('/flags', body.replace('"rules":[]', `"rules":[${rules.join(',')}]`));
    expect(created.status).toBe(201);
    expect((await api.get('/users/alice/flags/odd?at=v1')).at('/value')).toBe('green');
  });

  test('a pattern that would hang others answers at once', async () => {
    const rules = [{ clauses: [{ attribute: 'name', op: 'matches', values: ['^(a+)+$'] }], variation: 0 }];
    await api.post('/flags', { flag_name: 'evil', definition: { ...THREE_WAYS, rules } });
    const answer = await api.get(`/users/alice/flags/evil?name=${'a'.repeat(1_000)}!`);
    expect(answer.body).toMatchObject({ value: 'green' });
  });
});

test('201 writes in 10 s with one key are one too many', async () => {
  const limited = await startApi();
  try {
    const client = await createApiClient(limited.url, limited.tokens.operator);
    const replies = await Promise.all(
      Array.from({ length: 201 }, () => client.put('/flags/missing', { status: true })),
    );
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused[0]?.headers.get('x-ratelimit-limit')).toBe('200');
    expect(refused[0]?.at('/code')).toBe('rate_limited');
    expect((await client.get('/flags')).status).toBe(200);
  } finally {
    await limited.close();
  }
});
