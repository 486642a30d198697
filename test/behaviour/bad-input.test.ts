import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sendRaw } from '../support/middleware-app.ts';
import { useApp } from '../support/running-app.ts';

// Each router has its own table of bad input. This one holds the whole program, as it runs, to them.
const app = useApp();

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer<ArrayBuffer>;
}
type Problem = readonly [status: number, code: string];

const ask = ({ method = 'GET', path, headers = {}, body }: Ask): Promise<Response> =>
  fetch(app().url + path, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const admin = (): Record<string, string> => bearer(app().key('ADMIN_TOKEN'));
const JSON_TYPE = { 'content-type': 'application/json' };

/** As an administrator: `path`, or `METHOD path`; with a body (text as it is, a value as JSON) by POST. */
const asAdmin = (what: string, body?: unknown, headers: Readonly<Record<string, string>> = JSON_TYPE) => {
  const [, method, path = ''] = /^(?:([A-Z]+) )?(.*)$/s.exec(what) ?? [];
  return ask({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    path,
    headers: { ...admin(), ...(body === undefined ? {} : headers) },
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' || Buffer.isBuffer(body) ? bytesOf(body) : JSON.stringify(body) }),
  });
};
const bytesOf = (body: string | Buffer): string | Buffer<ArrayBuffer> =>
  typeof body === 'string' ? body : Buffer.from(body);

const INSIDE = /\bat \/|\bat file:|\bat \S+ \(|node_modules|SQLITE_|\bselect .+ from\b|\binsert into\b/i;

/** Status and code of a problem that is whole, small, and says nothing of the inside. */
async function problemOf(response: Response): Promise<Problem> {
  return problemIn(response.status, response.headers, await response.text());
}

function problemIn(status: number, headers: Headers, text: string): Problem {
  expect(text.length).toBeLessThanOrEqual(2_048);
  expect(text).not.toMatch(INSIDE);
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('cache-control')).toBe('no-store');
  const problem = JSON.parse(text) as Readonly<Record<string, unknown>>;
  expect(problem).toEqual({
    type: `/docs/errors#${String(problem['code'])}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.stringMatching(/^\//),
    code: expect.any(String),
    message: problem['detail'],
    errors: expect.any(Array),
    ...('errors_omitted' in problem ? { errors_omitted: expect.any(Number) } : {}),
  });
  return [status, String(problem['code'])];
}

const jsonOf = async (response: Response): Promise<Readonly<Record<string, unknown>>> =>
  (await response.json()) as Readonly<Record<string, unknown>>;

/** Sent as it is, the connection closed; what came back, as problems are read. */
async function rawProblem(bytes: string | Buffer): Promise<Problem> {
  const { status, headers, body } = await rawAnswer(bytes);
  return problemIn(status, headers, body);
}

async function rawAnswer(bytes: string | Buffer) {
  const answer = await sendRaw(app().port, bytes);
  const [head = '', body = ''] = answer.split(/\r\n\r\n([^]*)/);
  const [statusLine = '', ...lines] = head.split('\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]),
    headers: new Headers(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
    ),
    body,
  };
}

const THREE_WAYS = {
  on: true,
  variations: ['red', 'green', 'blue'],
  offVariation: 0,
  fallthrough: { variation: 1 },
};
const flag = (definition: object): object => ({
  flag_name: 'bad',
  definition: { ...THREE_WAYS, ...definition },
});
const clause = (op: string, value: unknown): object =>
  flag({ rules: [{ clauses: [{ attribute: 'name', op, values: [value] }], variation: 0 }] });
const many = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);

const keys: Record<'viewer' | 'operator' | 'revoked' | 'expired', string> = {
  viewer: '',
  operator: '',
  revoked: '',
  expired: '',
};

beforeAll(async () => {
  const create = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const response = await asAdmin(path, body);
    expect(response.status).toBe(201);
    return jsonOf(response);
  };
  await create('/flags', { flag_name: 'there', definition: THREE_WAYS });
  const needed = { definition: { ...THREE_WAYS, prerequisites: [{ key: 'there', variation: 1 }] } };
  await create('/flags', { flag_name: 'second', ...needed });
  await create('/projects', { key: 'other' });
  await create('/projects/other/environments', { key: 'production' });
  for (const role of ['viewer', 'operator'] as const) {
    keys[role] = String((await create('/keys', { kind: 'admin', name: role, role }))['key']);
  }
  const revoked = await create('/keys', { kind: 'admin', name: 'revoked', role: 'admin' });
  keys.revoked = String(revoked['key']);
  const { id } = revoked['api_key'] as { readonly id: string };
  await asAdmin(`DELETE /keys/${id}`);
  const expires_at = new Date(Date.now() + 1_500).toISOString();
  keys.expired = String(
    (await create('/keys', { kind: 'admin', name: 'expired', role: 'admin', expires_at }))['key'],
  );
});

async function goesOn(): Promise<void> {
  expect((await ask({ path: '/health' })).status).toBe(200);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

/** A client's mistake is not logged as an error, and its keys are never logged. */
function logIsClean(): void {
  expect(app().logLines.filter((line) => /"level":"(?:error|fatal)"/.test(line))).toEqual([]);
  expect(app().logLines.join('')).not.toContain(app().key('ADMIN_TOKEN'));
}

afterEach(goesOn);
afterAll(logIsClean);

describe('the caller', () => {
  test('no key: 401, and how to send one', async () => {
    const response = await ask({ path: '/flags' });
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(await problemOf(response)).toEqual([401, 'unauthorized']);
  });

  test('an unknown key: 401, the same whatever is wrong with it', async () => {
    const good = app().key('ADMIN_TOKEN');
    const answers = new Set<string>();
    for (const headers of [
      bearer('djt_adm_unknown'),
      bearer(keys.revoked),
      bearer(good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A')),
      bearer('x'.repeat(10_240)),
      bearer('cl\u00e9'),
      { 'x-api-key': 'unknown' },
    ]) {
      const response = await ask({ path: '/flags', headers });
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
      answers.add(await response.clone().text());
      expect(await problemOf(response)).toEqual([401, 'invalid_key']);
    }
    expect(answers.size).toBe(1);
    expect((await ask({ path: '/flags', headers: bearer(good) })).status).toBe(200);
  });

  test.each<[string, () => Ask]>([
    ['an SDK key', () => ({ path: '/flags', headers: bearer(app().key('SDK_KEY')) })],
    [
      'a viewer who writes',
      () => ({
        method: 'PUT',
        path: '/flags/there',
        headers: { ...bearer(keys.viewer), ...JSON_TYPE },
        body: '{"status":false}',
      }),
    ],
    ['an operator who lists keys', () => ({ path: '/keys', headers: bearer(keys.operator) })],
    ['an SDK key at the metrics', () => ({ path: '/metrics', headers: bearer(app().key('SDK_KEY')) })],
  ])('%s: 403', async (_who, made) => {
    expect(await problemOf(await ask(made()))).toEqual([403, 'forbidden']);
  });

  test('a client-side ID, which proves nothing: 401', async () => {
    const headers = bearer(app().key('CLIENT_SIDE_ID'));
    expect(await problemOf(await ask({ path: '/flags', headers }))).toEqual([401, 'invalid_key']);
  });
});

describe('a request', () => {
  test.each<[string, string, Problem]>([
    ['a flag of another project', '/flags/there?project=other', [404, 'not_found']],
    ['a project that is none', '/flags/there?project=unknown', [404, 'not_found']],
    ['a route that is none', '/flagz', [404, 'not_found']],
    ['PUT on a list', 'PUT /flags', [405, 'method_not_allowed']],
    ['REPORT where it is not offered', 'REPORT /flags', [405, 'method_not_allowed']],
    ['POST on the page', 'POST /', [405, 'method_not_allowed']],
    ['DELETE on the playlist', 'DELETE /api/playlist', [405, 'method_not_allowed']],
    ['PUT on the health', 'PUT /health', [405, 'method_not_allowed']],
    ['a path that is not UTF-8', '/flags/%E0%A4%A', [400, 'bad_path_encoding']],
    ['a flag whose name climbs', '/flags/..%2fx', [404, 'not_found']],
    ['a flag named NUL', '/flags/%00', [404, 'not_found']],
    ['a flag named __proto__', '/flags/__proto__', [404, 'not_found']],
    ['a flag of 257', `/flags/${'a'.repeat(257)}`, [404, 'not_found']],
    ['a page of −1', '/flags?limit=-1', [400, 'invalid_query']],
    ['a page of 1e9', '/flags?limit=1e9', [400, 'invalid_query']],
    ['two limits', '/flags?limit=1&limit=2', [400, 'invalid_query']],
    ['21 pairs', `/flags?${many(21, 'a=1').join('&')}`, [400, 'invalid_query']],
    ['a page of the playlist of abc', '/api/playlist?limit=abc', [400, 'invalid_query']],
    ['a track list sorted by its inside', '/api/playlist?sort=constructor', [400, 'invalid_query']],
    ['a country that is none', '/api/playlist?country=nowhere', [400, 'invalid_query']],
    ['a cursor that was made up', '/flags?cursor=x', [400, 'invalid_cursor']],
    [
      'a cursor of the playlist that was made up',
      '/api/playlist?groups=beta_testers&cursor=x',
      [400, 'invalid_cursor'],
    ],
    ['to undo what never was', 'POST /audit/999999/undo', [404, 'not_found']],
  ])('%s', async (_what, path, problem) => {
    const response = await asAdmin(path);
    expect(await problemOf(response)).toEqual(problem);
    if (response.status === 405) expect(response.headers.get('allow')).toMatch(/GET|POST/);
  });

  test('in HTML only: 406', async () => {
    const response = await ask({ path: '/flags', headers: { ...admin(), accept: 'text/html' } });
    expect(await problemOf(response)).toEqual([406, 'not_acceptable']);
  });

  test('for a flag of another project is answered like one for a flag that does not exist', async () => {
    const bodies = ['there', 'missing'].map(async (name) => {
      const { detail } = await jsonOf(await asAdmin(`/flags/${name}?project=other`));
      return String(detail).replace(name, '');
    });
    const [there, missing] = await Promise.all(bodies);
    expect(there).toBe(missing);
  });
});

describe('a body', () => {
  test.each<[string, unknown, Problem]>([
    ['without quotes', '{a:1}', [400, 'malformed_json']],
    ['with a comma too many', '{"a":1,}', [400, 'malformed_json']],
    ['of nothing', '', [400, 'malformed_json']],
    ['null', null, [422, 'invalid_type']],
    ['a text', '"x"', [422, 'invalid_type']],
    ['a list', [], [422, 'invalid_type']],
    ['45,000 lists in one another', '['.repeat(45_000), [400, 'too_deep']],
    ['over the limit', JSON.stringify({ a: 'b'.repeat(262_144) }), [413, 'payload_too_large']],
    ['__proto__', '{"__proto__":{"polluted":1}}', [400, 'forbidden_key']],
    [
      'constructor.prototype, deep',
      '{"flag_name":"bad","definition":{"a":{"constructor":{"prototype":{"polluted":1}}}}}',
      [400, 'forbidden_key'],
    ],
    ['NUL in a name', { flag_name: 'a\0b' }, [422, 'invalid_string']],
    ['an unknown field', { flag_name: 'bad', colour: 'red' }, [422, 'unknown_field']],
    ['a field of the server', { flag_name: 'bad', version: 3 }, [422, 'read_only_field']],
    ['a name that climbs', { flag_name: '../x' }, [422, 'invalid_key']],
    ['a name that looks Latin', { flag_name: 'p\u0430ge' }, [422, 'invalid_key']],
    ['a name that is taken', { flag_name: 'there' }, [409, 'conflict']],
    [
      'weights that sum to 99,999',
      flag({ fallthrough: { rollout: { variations: [{ variation: 0, weight: 99_999 }] } } }),
      [422, 'invalid_rollout'],
    ],
    ['65 variations', flag({ variations: many(65, 1) }), [422, 'invalid_rollout']],
    ['variation 3 of 3', flag({ offVariation: 3 }), [422, 'invalid_variation']],
    ['itself needed', flag({ prerequisites: [{ key: 'bad', variation: 0 }] }), [422, 'cycle']],
    ['not needed', flag({ prerequisites: [{ key: 'gone', variation: 0 }] }), [422, 'unknown_prerequisite']],
    ['1,001 rules', flag({ rules: many(1_001, { clauses: [], variation: 0 }) }), [422, 'limit_exceeded']],
    ['a look-ahead', clause('matches', 'a(?=b)'), [422, 'invalid_regex']],
    ['a pattern too large when compiled', clause('matches', 'a{1,1000}'), [422, 'invalid_regex']],
    ['the operator constructor', clause('constructor', 'x'), [422, 'unknown_operator']],
    [
      'a description over 64 KB',
      { flag_name: 'bad', description: 'a'.repeat(65_537) },
      [422, 'invalid_string'],
    ],
  ])('%s', async (_what, body, problem) => {
    expect(await problemOf(await asAdmin('/flags', body))).toEqual(problem);
    expect((await asAdmin('/flags/bad')).status).toBe(404);
  });

  const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  test.each<[string, Record<string, string>, string | Buffer, Problem]>([
    ['of no type', { 'content-type': '' }, '{}', [415, 'unsupported_media_type']],
    ['of text/plain', { 'content-type': 'text/plain' }, '{}', [415, 'unsupported_media_type']],
    ['in utf-7', { 'content-type': 'application/json; charset=utf-7' }, '{}', [415, 'unsupported_charset']],
    ['in zstdx', { ...JSON_TYPE, 'content-encoding': 'zstdx' }, '{}', [415, 'unsupported_encoding']],
    ['in gzip that is none', gzip, 'not gzip at all', [400, 'bad_encoding']],
    ['that blows up', gzip, gzipSync(Buffer.alloc(50_000_000, 0x20)), [413, 'payload_too_large']],
  ])('%s', async (_what, headers, body, problem) => {
    expect(await problemOf(await asAdmin('/flags', body, headers))).toEqual(problem);
  });

  test('for a version that is no longer there: 412', async () => {
    const headers = { ...JSON_TYPE, 'if-match': '"0"' };
    const response = await asAdmin('PUT /flags/there', { status: false }, headers);
    expect(await problemOf(response)).toEqual([412, 'version_mismatch']);
  });

  test('sent again under its Idempotency-Key is not done again, and another one under it is refused', async () => {
    const headers = { ...JSON_TYPE, 'idempotency-key': 'one-and-the-same' };
    const first = await asAdmin('/flags', { flag_name: 'once' }, headers);
    const again = await asAdmin('/flags', { flag_name: 'once' }, headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.text()).toBe(await first.text());
    const other = await asAdmin('/flags', { flag_name: 'twice' }, headers);
    expect(await problemOf(other)).toEqual([422, 'idempotency_mismatch']);
  });

  test('of a flag that another one needs: it cannot be deleted, and the answer says who', async () => {
    const response = await asAdmin('DELETE /flags/there');
    expect(await response.clone().text()).toContain('second');
    expect(await problemOf(response)).toEqual([409, 'in_use']);
  });

  test('with −0 and 1.0 is taken, and normalised', async () => {
    const body = '{"flag_name":"zero","status":true,"rollout_percentage":-0}';
    const response = await asAdmin('/flags', body);
    expect([response.status, (await jsonOf(response))['rollout_percentage']]).toEqual([201, 0]);
  });

  test('with a pattern that would hang others is taken, and answers at once', async () => {
    const rules = [{ clauses: [{ attribute: 'name', op: 'matches', values: ['^(a+)+$'] }], variation: 0 }];
    const body = { flag_name: 'evil', definition: { ...THREE_WAYS, rules } };
    expect((await asAdmin('/flags', body)).status).toBe(201);
    const answer = await asAdmin(`/users/alice/flags/evil?name=${'a'.repeat(1_000)}!`);
    expect(await jsonOf(answer)).toMatchObject({ value: 'green' });
  });
});

describe('a webhook', () => {
  test.each<[string, Problem]>([
    ['https://2130706433/', [422, 'forbidden_target']],
    ['https://0177.0.0.1/', [422, 'forbidden_target']],
    ['https://[::ffff:7f00:1]/', [422, 'forbidden_target']],
    ['https://[::127.0.0.1]/', [422, 'forbidden_target']],
    ['https://169.254.170.2/', [422, 'forbidden_target']],
    ['https://localhost./', [422, 'forbidden_target']],
    ['file:///etc/passwd', [422, 'invalid_url']],
    ['https://user:pw@example.com/', [422, 'invalid_url']],
    ['https://example.com:22/', [422, 'invalid_url']],
  ])('to %s is refused when it is saved', async (url, problem) => {
    expect(await problemOf(await asAdmin('/webhooks', { url }))).toEqual(problem);
  });
});

describe('an import', () => {
  test.each<[string, () => Promise<object>, Problem]>([
    ['whose checksum is wrong', async () => ({ ...(await exported()), checksum: 'x' }), [422, 'checksum']],
    ['of another world', async () => ({ flags: 'none' }), [422, 'invalid_type']],
    [
      'older than what is here',
      async () => {
        const before = await exported();
        expect((await asAdmin('PUT /flags/there', { description: 'newer' })).status).toBe(200);
        return before;
      },
      [409, 'older_version'],
    ],
  ])('%s', async (_what, file, problem) => {
    expect(await problemOf(await asAdmin('/import', await file()))).toEqual(problem);
  });

  const exported = async (): Promise<object> => jsonOf(await asAdmin('/export'));
});

describe('bytes that are not one clean request', () => {
  const GET = 'GET /health HTTP/1.1\r\n';
  test.each<[string, string | Buffer, Problem]>([
    ['no Host', `${GET}\r\n`, [400, 'bad_request']],
    ['two Hosts', `${GET}Host: a\r\nHost: b\r\n\r\n`, [400, 'bad_request']],
    [
      'a length and chunks',
      'POST /flags HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      [400, 'bad_request'],
    ],
    [
      'two lengths',
      'POST /flags HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
      [400, 'bad_request'],
    ],
    ['a folded header', `${GET}Host: a\r\nX-A: b\r\n c\r\n\r\n`, [400, 'bad_request']],
    ['bare line feeds', 'GET /health HTTP/1.1\nHost: a\n\n', [400, 'bad_request']],
    ['FOO', 'FOO\r\n\r\n', [400, 'bad_request']],
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex'), [400, 'bad_request']],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 'bad_request']],
    ['a header of 16 KB', `${GET}Host: a\r\nX-A: ${'b'.repeat(16_400)}\r\n\r\n`, [431, 'too_many_headers']],
    ['101 headers', `${GET}Host: a\r\n${'X: y\r\n'.repeat(100)}\r\n`, [431, 'too_many_headers']],
    [
      'an expectation that cannot be met',
      `${GET}Host: a\r\nExpect: banana\r\n\r\n`,
      [417, 'expectation_failed'],
    ],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', [405, 'method_not_allowed']],
  ])('%s', async (_what, bytes, problem) => {
    expect(await rawProblem(bytes)).toEqual(problem);
  });

  test.each([
    ['a header named __proto__', '__proto__: x\r\nConnection: close'],
    ['an upgrade to what is not offered', 'Upgrade: websocket\r\nConnection: close, upgrade'],
  ])('%s is served', async (_what, headers) => {
    expect((await rawAnswer(`${GET}Host: a\r\n${headers}\r\n\r\n`)).status).toBe(200);
  });
});

describe('another site’s page', () => {
  test.each(['null', 'https://ok.example.evil.com', 'http://ok.example'])(
    '%s may read neither the API nor the site',
    async (origin) => {
      for (const path of ['/flags', '/api/playlist', '/', '/dashboard', '/metrics']) {
        const { headers } = await ask({ path, headers: { ...admin(), origin } });
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  test('never sends its visitor’s cookies along to the endpoints that it may read', async () => {
    const path = `/sdk/evalx/${app().key('CLIENT_SIDE_ID')}/contexts/${contextOf({ kind: 'user', key: 'a' })}`;
    const { headers } = await ask({ path, headers: { origin: 'https://shop.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('a cookie', () => {
  const visit = async (cookie?: string): Promise<readonly [number, string, string]> => {
    const response = await ask({ path: '/', ...(cookie === undefined ? {} : { headers: { cookie } }) });
    const set = response.headers.getSetCookie();
    return [
      response.status,
      set.find((line) => line.startsWith('listener='))?.split(';', 1)[0] ?? '',
      `${await response.text()}${set.join()}`,
    ];
  };

  test('of ours is kept', async () => {
    const [, own] = await visit();
    expect(await visit(own)).toMatchObject([200, '', expect.any(String)]);
  });

  test.each([
    ['with a broken escape', 'listener=%E0%A4%A'],
    ['of 9 KB', `listener=${'x'.repeat(9_000)}`],
    ['named __proto__', '__proto__=x'],
    ['in quotes', 'listener="reflect-me"'],
    ['with NUL in code', 'listener=reflect-me%00'],
    ['with a line break in code', 'listener=%0d%0aSet-Cookie:%20reflect-me=1'],
    ['signed by somebody else', `listener=${Buffer.from('victim').toString('base64url')}.${'A'.repeat(43)}`],
  ])('%s: the page, and a fresh listener', async (_what, cookie) => {
    const [status, fresh, all] = await visit(cookie);
    expect([status, fresh]).toEqual([200, expect.stringMatching(/^listener=[\w-]+\.[\w-]{43}$/)]);
    expect(all).not.toContain('reflect-me');
  });

  test('that comes twice, or has one bit changed: the page, and a fresh listener', async () => {
    const [, own] = await visit();
    const flipped = own.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'));
    for (const cookie of [`${own}; ${own}`, flipped]) {
      const [status, fresh] = await visit(cookie);
      expect([status, fresh]).toEqual([200, expect.stringMatching(/^listener=/)]);
      expect(fresh).not.toBe(own);
    }
  });
});

describe('a page', () => {
  const html = { accept: 'text/html' };
  const page = async (response: Response): Promise<string> => {
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("'strict-dynamic'");
    const text = await response.text();
    expect(text).not.toMatch(INSIDE);
    return text;
  };

  test('asked for with markup in its address shows none of it', async () => {
    const response = await ask({
      path: '/?flag=%3Cimg%20onerror=1%3E&q=%3Cimg%20onerror=2%3E',
      headers: html,
    });
    expect(response.status).toBe(200);
    expect(await page(response)).not.toContain('<img onerror');
  });

  test('asked for with options of its template is the same page', async () => {
    const path = '/?settings[view%20options][client]=1&settings[view%20options][escapeFunction]=1;x';
    const response = await ask({ path, headers: html });
    expect(response.status).toBe(200);
    expect(await page(response)).toContain('</html>');
  });

  test('that is none is a 404 in the site’s look', async () => {
    const away = await ask({ path: '/a%00b', headers: html });
    expect([away.status, await page(away)]).toEqual([404, expect.stringContaining('not_found')]);
    const climbing = await rawAnswer(
      'GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n',
    );
    expect(climbing.status).toBe(404);
    expect(climbing.body).not.toContain('root:');
  });

  test('of an error shows what came as text', async () => {
    const response = await ask({ path: '/?country=%3Cscript%3Ealert(1)%3C/script%3E', headers: html });
    expect(response.status).toBe(400);
    const text = await page(response);
    expect(text).toContain('got &#34;&lt;script&gt;alert(1)&lt;/script&gt;&#34;');
    // The scripts of the site itself have attributes.
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('alert(1)<');
  });
});

describe('a form', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
  const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    ask({
      method: 'POST',
      path,
      headers: { ...FORM, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const csrfIn = async (response: Response): Promise<string> =>
    /name="csrf" value="([^"]+)"/.exec(await response.text())?.[1] ?? '';
  const logIn = async (next = ''): Promise<{ cookie: string; csrf: string; location: string | null }> => {
    const login = await ask({ path: '/dashboard/login', headers: { accept: 'text/html' } });
    const csrf = await csrfIn(login);
    const answer = await form('/dashboard/login', { csrf, token: app().key('ADMIN_TOKEN'), next });
    expect(answer.status).toBe(303);
    const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    const page = await ask({ path: '/dashboard', headers: { cookie } });
    return { cookie, csrf: await csrfIn(page), location: answer.headers.get('location') };
  };
  const versionOfFlag = async (): Promise<unknown> =>
    (await jsonOf(await asAdmin('/flags/progressive-rollout')))['version'];

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'null' }],
  ])('of the site from elsewhere (%j) is a 403 page, and nothing happens', async (headers) => {
    const response = await form('/persona', { groups: 'beta_testers' }, headers);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      403,
      'text/html; charset=utf-8',
    ]);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test('of the dashboard from elsewhere, without its token, or with another session’s, is a 403 page, and changes nothing', async () => {
    const [mine, other] = [await logIn(), await logIn()];
    const before = await versionOfFlag();
    const change = (csrf: string, headers: Record<string, string> = {}) =>
      form(
        '/dashboard/flags/progressive-rollout/changes',
        { csrf, change: 'off', version: String(before), back: 'flags' },
        { cookie: mine.cookie, ...headers },
      );
    for (const response of [
      await change(mine.csrf, { 'sec-fetch-site': 'cross-site' }),
      await change(''),
      await change(other.csrf),
    ]) {
      expect([response.status, response.headers.get('content-type')]).toEqual([
        403,
        'text/html; charset=utf-8',
      ]);
    }
    expect(await versionOfFlag()).toBe(before);
    expect((await change(mine.csrf)).status).toBe(303);
    expect(await versionOfFlag()).toBe(Number(before) + 1);
    expect((await asAdmin('PUT /flags/progressive-rollout', { status: true })).status).toBe(200);
  });

  test('shows what others wrote as text', async () => {
    const description = '<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}<%= 7*7 %>\u202e';
    expect((await asAdmin('/flags', { flag_name: 'loud', description })).status).toBe(201);
    const { cookie } = await logIn();
    const page = await (await ask({ path: '/dashboard', headers: { cookie } })).text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('{{7*7}}&lt;%= 7*7 %&gt;');
    expect(page).not.toMatch(/<script>alert|<img src=x/);
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/%0d%0aSet-Cookie:x',
    '/..//evil.example',
  ])('with the way %j leads nowhere else', async (next) => {
    expect((await logIn(next)).location).toBe('/dashboard');
    const track = { action: 'play', track_name: 'a', artist: 'b', back: next };
    expect((await form('/track', track)).headers.get('location')).toBe('/');
  });

  test('too large, or with too many fields, is refused', async () => {
    const large = await form('/persona', { user: 'x'.repeat(17_000) });
    const wide = await form('/persona', Object.fromEntries(many(21, 0).map((_, nth) => [`a${nth}`, '1'])));
    expect([large.status, wide.status]).toEqual([413, 413]);
  });
});

const contextOf = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');

describe('an SDK', () => {
  const evaluate = (encoded: string): Promise<Response> =>
    ask({ path: `/sdk/evalx/${app().key('CLIENT_SIDE_ID')}/contexts/${encoded}` });
  const user = { kind: 'user', key: 'anna', name: '\u00ff\u00fe>?~' };

  test('with a key that is none is 401, at every endpoint', async () => {
    for (const path of ['/all', '/sdk/latest-all', '/sdk/poll', '/sdk/stream']) {
      const response = await ask({ path, headers: { authorization: 'sdk-unknown' } });
      expect(await problemOf(response)).toEqual([401, 'invalid_key']);
    }
  });

  test('with a client-side ID that is none is 404', async () => {
    const response = await ask({ path: `/sdk/evalx/no-such-environment/contexts/${contextOf(user)}` });
    expect(await problemOf(response)).toEqual([404, 'not_found']);
  });

  test('may write base64 in both alphabets, with padding or without', async () => {
    const standard = Buffer.from(JSON.stringify(user)).toString('base64').replaceAll('/', '%2F');
    for (const encoded of [contextOf(user), standard]) expect((await evaluate(encoded)).status).toBe(200);
  });

  test.each<[string, string]>([
    ['rubbish', '!!!'],
    ['not JSON', 'AAAA'],
    ['null', contextOf(null)],
    ['a list', contextOf([])],
    ['nothing', contextOf({})],
    ['an empty kind', contextOf({ kind: '', key: 'a' })],
    ['kind kind', contextOf({ kind: 'kind', key: 'a' })],
    ['a blank in the kind', contextOf({ kind: 'a b', key: 'a' })],
    ['an empty key', contextOf({ kind: 'user', key: '' })],
    ['key 1', contextOf({ kind: 'user', key: 1 })],
    ['no key', contextOf({ kind: 'user' })],
    ['no kinds', contextOf({ kind: 'multi' })],
    ['multi in multi', contextOf({ kind: 'multi', multi: { kind: 'multi', user: { key: 'a' } } })],
    [
      '101 kinds',
      contextOf({
        kind: 'multi',
        ...Object.fromEntries(many(101, 0).map((_, nth) => [`k${nth}`, { key: 'a' }])),
      }),
    ],
    [
      '33 levels',
      contextOf({
        kind: 'user',
        key: 'a',
        deep: many(33, 0).reduce<object>((inner) => ({ inner }), {}),
      }),
    ],
    [
      'private attributes that are no list',
      contextOf({ kind: 'user', key: 'a', _meta: { privateAttributes: 'name' } }),
    ],
  ])('with a context of %s is 400', async (_what, encoded) => {
    expect(await problemOf(await evaluate(encoded))).toEqual([400, 'invalid_context']);
  });

  test('that REPORTs a context as text is 415, as 64 KB is 413', async () => {
    const path = `/sdk/evalx/${app().key('CLIENT_SIDE_ID')}/context`;
    const text = { method: 'REPORT', path, headers: { 'content-type': 'text/plain' } };
    expect(await problemOf(await ask({ ...text, body: JSON.stringify(user) }))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    const large = JSON.stringify({ ...user, name: 'a'.repeat(65_536) });
    expect(await problemOf(await ask({ method: 'REPORT', path, headers: JSON_TYPE, body: large }))).toEqual([
      413,
      'payload_too_large',
    ]);
  });

  test('at OFREP gets that protocol’s errors', async () => {
    const send = async (body: string): Promise<unknown> => {
      const headers = { ...bearer(app().key('SDK_KEY')), ...JSON_TYPE };
      const response = await ask({ method: 'POST', path: '/ofrep/v1/evaluate/flags/there', headers, body });
      const text = await response.text();
      expect(text).not.toMatch(INSIDE);
      return [response.status, (JSON.parse(text) as { readonly errorCode?: unknown }).errorCode];
    };
    expect(await send('{"context":{}}')).toEqual([400, 'TARGETING_KEY_MISSING']);
    expect(await send('{"context":"x"}')).toEqual([400, 'INVALID_CONTEXT']);
    expect(await send('{')).toEqual([400, 'PARSE_ERROR']);
  });
});

describe('events', () => {
  const send = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    ask({
      method: 'POST',
      path: '/bulk',
      headers: { authorization: app().key('SDK_KEY'), ...JSON_TYPE, ...headers },
      body,
    });
  const metric = (more: object): object => ({
    kind: 'custom',
    creationDate: Date.now(),
    key: 'play',
    context: { kind: 'user', key: 'anna' },
    ...more,
  });

  test.each<[string, string]>([
    ['none', '[]'],
    ['an object', '{}'],
    ['of unknown kinds', JSON.stringify([{ kind: 'of-tomorrow' }, 1, null, [], metric({})])],
    ['10,001 of them', JSON.stringify(many(10_001, { kind: 'of-tomorrow' }))],
    ['at 1e400', '[{"kind":"custom","creationDate":1e400,"key":"play","context":{"kind":"user","key":"a"}}]'],
    ['of a value that is text', JSON.stringify([metric({ metricValue: '12' })])],
    ['of −1e308', JSON.stringify([metric({ metricValue: -1e308 })])],
    ['with __proto__', '[{"kind":"custom","__proto__":{"polluted":1}}]'],
  ])('%s are 202', async (_what, body) => {
    expect((await send(body)).status).toBe(202);
  });

  test('that are not JSON are 400, and over 32 MiB dropped with 202: SDKs go on after both', async () => {
    expect(await problemOf(await send('[{'))).toEqual([400, 'malformed_json']);
    const large = await send(JSON.stringify(['a'.repeat(33 * 1024 * 1024)]));
    expect([large.status, large.headers.get('x-events-dropped')]).toEqual([202, expect.any(String)]);
  });

  test('sent twice in one payload are counted once', async () => {
    const id = { 'x-launchdarkly-payload-id': createHash('sha256').update('one').digest('hex') };
    for (let nth = 0; nth < 2; nth += 1)
      expect((await send(JSON.stringify([metric({ key: 'sent-twice' })]), id)).status).toBe(202);
    const db = new Database(join(app().dataDir, 'dj-toggle.db'), { readonly: true });
    onTestFinished(() => void db.close());
    const count = db.prepare("select count(*) from metric_events where event_key = 'sent-twice'");
    expect(count.pluck().get()).toBe(1);
  });
});

test('the 201st write in ten seconds with one key is 429, and the others go on', async () => {
  const put = () =>
    ask({
      method: 'PUT',
      path: '/flags/missing',
      headers: { ...bearer(keys.operator), ...JSON_TYPE },
      body: '{"status":true}',
    });
  const answers = await Promise.all(many(201, 0).map(put));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(1);
  for (const response of refused) {
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(response.headers.get('x-ratelimit-limit')).toBe('200');
    expect(await problemOf(response)).toEqual([429, 'rate_limited']);
  }
  expect((await asAdmin('PUT /flags/there', { status: true })).status).toBe(200);
});

test('an expired key is refused like any wrong key', async () => {
  const asked = (key: string): Promise<Response> => ask({ path: '/flags', headers: bearer(key) });
  await expect.poll(async () => (await asked(keys.expired)).status, { timeout: 5_000 }).toBe(401);
  expect(await (await asked(keys.expired)).text()).toBe(await (await asked('djt_adm_unknown')).text());
});

describe('with AUTH=off', () => {
  const open = useApp({ AUTH: 'off' });

  test('a name that only points here is 403, so that no page can reach in through its own', async () => {
    const answer = await sendRaw(
      open().port,
      'GET /flags HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*"code":"forbidden"/);
  });

  test('a form from another site’s page changes nothing', async () => {
    const response = await fetch(`${open().url}/dashboard/flags/progressive-rollout/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      body: 'change=off&version=1',
    });
    expect(await problemOf(response)).toEqual([403, 'csrf']);
  });

  test('a page of another site cannot write JSON, neither as text nor after asking', async () => {
    const text = await fetch(`${open().url}/flags`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
      body: '{"flag_name":"planted"}',
    });
    expect(await problemOf(text)).toEqual([403, 'csrf']);
    const preflight = await fetch(`${open().url}/flags`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${open().url}/flags/planted`)).status).toBe(404);
  });
});
