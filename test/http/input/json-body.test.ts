import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterEach, describe, expect, test } from 'vitest';
import { jsonBody } from '../../../src/http/input/json-body.ts';
import { appOf } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const log = createRecordingLogger();
const app = appOf(log, jsonBody(), (req, res) => void res.json({ got: req.body as unknown }));
const optional = appOf(log, jsonBody({ required: false }), (req, res) => {
  res.json({ body: req.body === undefined ? 'none' : 'some' });
});

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const post = (body: string | Buffer, headers: Record<string, string> = {}): request.Test => {
  const sent = request(app).post('/').set('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers)) void sent.set(name, value);
  // A Buffer with a JSON type would be sent as its JSON form otherwise.
  return sent.serialize(() => body as string).send(body as string);
};

afterEach(() => {
  if (log.lines.length > 0)
    throw new Error(`bad input was taken for a fault of ours: ${JSON.stringify(log.lines)}`);
  if (Reflect.get({}, 'polluted') !== undefined) throw new Error('a prototype was polluted');
});

describe('a body that is kept as it came', () => {
  test.each([
    ['an object', '{"a":[1,"x",null,true,0.5]}', { a: [1, 'x', null, true, 0.5] }],
    ['-0 and 1.0, normalised', '{"zero":-0,"one":1.0,"e":-0.0e5}', { zero: 0, one: 1, e: 0 }],
    ['a date with -0 in it', '"2026-01-01"', '2026-01-01'],
    ['the largest exact integer', '9007199254740991', 9007199254740991],
    ['a number that is large but no integer literal', '1e20', 1e20],
    ['32 levels', nested(32), JSON.parse(nested(32))],
    ['a pair of surrogates', '"\\ud83c\\udf9b"', '🎛'],
    ['escaped quotes and slashes', '{"a\\"b\\\\":"\\\\\\""}', { 'a"b\\': '\\"' }],
    ['the same name in two objects', '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    [
      'a name that only looks like a prototype',
      '{"constructor":1,"prototype":2}',
      { constructor: 1, prototype: 2 },
    ],
    ['text that looks like structure', '{"a":"{[\\"a\\":1,"}', { a: '{["a":1,' }],
    ['a byte-order mark', '\uFEFF{"a":1}', { a: 1 }],
    ['64 KB of text', JSON.stringify('x'.repeat(65_536)), 'x'.repeat(65_536)],
  ])('%s', async (_what, text, expected) => {
    const answer = await post(text);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({ got: expected });
    expect(Object.is((answer.body as { got: { zero?: number } }).got.zero, -0)).toBe(false);
  });

  test.each([
    'application/json; charset=utf-8',
    'application/json; charset="UTF-8"',
    'application/merge-patch+json',
  ])('as %s', async (type) => {
    expect((await post('{}', { 'content-type': type })).status).toBe(200);
  });

  test.each([
    ['gzip', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['br', brotliCompressSync('{"a":1}')],
    ['GZIP', gzipSync('{"a":1}')],
  ])('compressed with %s', async (encoding, body) => {
    expect((await post(body, { 'content-encoding': encoding })).body).toEqual({ got: { a: 1 } });
  });

  test('no body, where none is needed', async () => {
    expect((await request(optional).post('/')).body).toEqual({ body: 'none' });
    expect((await request(optional).post('/').send({})).body).toEqual({ body: 'some' });
  });
});

describe('a body that is refused', () => {
  test.each([
    ['empty', '', 400, 'malformed_json'],
    ['blank', ' \r\n', 400, 'malformed_json'],
    ['names without quotes', '{a:1}', 400, 'malformed_json'],
    ['a comma too many', '{"a":1,}', 400, 'malformed_json'],
    ['cut short', '{"a":', 400, 'malformed_json'],
    ['cut in a string', '{"a":"x', 400, 'malformed_json'],
    ['NaN', '{"a":NaN}', 400, 'malformed_json'],
    ['a line break in a string', '"a\nb"', 400, 'malformed_json'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'malformed_json'],
    ['33 levels', nested(33), 400, 'too_deep'],
    ['45,000 opening brackets', '['.repeat(45_000), 400, 'too_deep'],
    ['45,000 objects', '{"a":'.repeat(45_000), 400, 'too_deep'],
    ['__proto__', '{"__proto__":{"polluted":1}}', 400, 'forbidden_key'],
    ['__proto__ deep down', '{"a":[{"b":{"__proto__":null}}]}', 400, 'forbidden_key'],
    ['__proto__ with escapes', '{"\\u005f_proto__":{"polluted":1}}', 400, 'forbidden_key'],
    ['constructor.prototype', '{"a":{"constructor":{"prototype":{"polluted":1}}}}', 400, 'forbidden_key'],
    ['a name given twice', '{"a":1,"b":2,"a":3}', 400, 'duplicate_key'],
    ['a name given twice, once with escapes', '{"a":1,"\\u0061":3}', 400, 'duplicate_key'],
    ['NUL in a text', '{"a":"x\\u0000y"}', 422, 'invalid_string'],
    ['NUL in a name', '{"x\\u0000y":1}', 422, 'invalid_string'],
    ['half a surrogate pair', '["\\ud83c"]', 422, 'invalid_string'],
    ['a byte over 64 KB of text', JSON.stringify('x'.repeat(65_537)), 422, 'invalid_string'],
    ['64 KB of text counted in bytes', JSON.stringify('ж'.repeat(32_769)), 422, 'invalid_string'],
    ['2^53', '{"a":9007199254740992}', 422, 'invalid_number'],
    ['-2^53 - 1', '{"a":-9007199254740993}', 422, 'invalid_number'],
    ['1e400', '{"a":1e400}', 422, 'invalid_number'],
    [
      '1,001 names',
      JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, i]))),
      422,
      'limit_exceeded',
    ],
    ['a byte over 256 KB', `"${'x'.repeat(262_143)}"`, 413, 'payload_too_large'],
  ])('%s', async (_what, body, status, code) => {
    const answer = await post(body);
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect(answer.type).toBe('application/problem+json');
  });

  test.each([
    ['{"a":{"b/c":[0,{"d~e":"\\u0000"}]}}', '/a/b~1c/1/d~0e'],
    ['{"a":1,"b":[[{"x":1,"x":2}]]}', '/b/0/0/x'],
    ['[1,2,12345678901234567890]', '/2'],
  ])('the pointer says where: %s', async (text, pointer) => {
    expect((await post(text)).body).toMatchObject({ errors: [{ pointer }] });
  });

  test.each([
    ['{"secret-of-mine": djt}', "The body is not valid JSON: unexpected 'd'."],
    ['{"secret-of-mine": 1 2}', 'The body is not valid JSON at position 21 (line 1 column 22).'],
    ['{"secret-of-mine": ', 'The body is not valid JSON.'],
  ])('says what is malformed without quoting it: %s', async (text, detail) => {
    const answer = await post(text);
    expect(answer.body).toMatchObject({ code: 'malformed_json', detail });
    expect(answer.text).not.toContain('secret-of-mine');
  });

  test.each([
    ['none', undefined],
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['no media type', 'json'],
    ['two at once', 'text/plain, application/json'],
  ])('Content-Type: %s', async (_what, type) => {
    const sent = request(app).post('/').serialize(String).send('{}').unset('content-type');
    const answer = await (type === undefined ? sent : sent.set('content-type', type));
    expect(answer.body).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  test.each(['utf-7', 'iso-8859-1', 'utf-16'])('charset %s', async (charset) => {
    const answer = await post('{}', { 'content-type': `application/json; charset=${charset}` });
    expect(answer.body).toMatchObject({ status: 415, code: 'unsupported_charset' });
  });

  test.each([
    ['an unknown encoding', 'zstdx', Buffer.from('{}'), 415, 'unsupported_encoding'],
    ['an encoding that only some runtimes know', 'zstd', Buffer.from('{}'), 415, 'unsupported_encoding'],
    ['two encodings', 'gzip, br', gzipSync('{}'), 415, 'unsupported_encoding'],
    ['no gzip at all', 'gzip', Buffer.from('{}'), 400, 'bad_encoding'],
    ['gzip cut short', 'gzip', gzipSync('{"a":1}').subarray(0, 12), 400, 'bad_encoding'],
    ['no brotli at all', 'br', Buffer.from('{"a":1}'), 400, 'bad_encoding'],
    [
      '48 KB that inflate to 50 MB',
      'gzip',
      gzipSync(Buffer.alloc(50_000_000, 0x20)),
      413,
      'payload_too_large',
    ],
  ])('%s', async (_what, encoding, body, status, code) => {
    const answer = await post(body, { 'content-encoding': encoding });
    expect(answer.body).toMatchObject({ status, code });
  });
});
