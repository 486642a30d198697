import express from 'express';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/http/problems/error-codes.ts';
import { apiEndpoint, createErrorHandler, notFound } from '../../../src/http/problems/error-handler.ts';
import { Problem } from '../../../src/http/problems/problem.ts';
import { StoreUnavailableError } from '../../../src/store/store.ts';
import { appOf } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const throwing = (error: unknown) => {
  const log = createRecordingLogger();
  const app = appOf(log, () => {
    throw error;
  });
  return { log, app };
};

describe('every error is an RFC 9457 problem', () => {
  test('with everything a client may look for', async () => {
    const { app } = throwing(
      new Problem(422, 'unknown_field', 'There is no field "x".', {
        errors: [{ pointer: '/x', code: 'unknown_field', detail: 'There is no such field.' }],
        headers: { 'x-extra': '1' },
      }),
    );
    const answer = await request(app).get('/flags/a?token=secret');
    expect(answer.status).toBe(422);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'x-extra': '1',
    });
    expect(answer.body).toEqual({
      type: '/docs/errors#unknown_field',
      title: ERROR_CODES.unknown_field.title,
      status: 422,
      detail: 'There is no field "x".',
      instance: '/flags/a',
      code: 'unknown_field',
      message: 'There is no field "x".',
      errors: [{ pointer: '/x', code: 'unknown_field', detail: 'There is no such field.' }],
    });
  });

  const bodyError = (fields: object): Error => Object.assign(new Error('of a library'), fields);
  test.each([
    ['a store that is away', new StoreUnavailableError('gone', 3), 503, 'store_unavailable'],
    [
      'a store whose disk is full',
      new StoreUnavailableError('full', 5, { reason: 'full' }),
      503,
      'storage_full',
    ],
    ['a path that does not decode', new URIError('URI malformed'), 400, 'bad_path_encoding'],
    ['a library’s 413', bodyError({ status: 413, type: 'entity.too.large' }), 413, 'payload_too_large'],
    ['a library’s broken gzip', bodyError({ status: 400, code: 'Z_DATA_ERROR' }), 400, 'bad_encoding'],
    [
      'a library’s 415',
      bodyError({ status: 415, type: 'encoding.unsupported' }),
      415,
      'unsupported_encoding',
    ],
    ['a library’s aborted body', bodyError({ status: 400, type: 'request.aborted' }), 400, 'bad_request'],
    ['a library’s range error', bodyError({ status: 416 }), 416, 'invalid_header'],
    ['a library’s 404', bodyError({ status: 404 }), 404, 'not_found'],
    ['a library’s 418', bodyError({ status: 418 }), 418, 'bad_request'],
    ['a library’s 500', bodyError({ status: 500 }), 500, 'internal'],
    [
      'a fault of ours',
      new TypeError('SELECT * FROM secrets at /srv/app/node_modules/x.js'),
      500,
      'internal',
    ],
    ['a thrown text', 'oops', 500, 'internal'],
  ])('%s', async (_what, error, status, code) => {
    const { app, log } = throwing(error);
    const answer = await request(app).get('/');
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.text).not.toMatch(/at \/|node_modules|SELECT|oops|of a library/);
    expect(log.lines.length).toBe(status === 500 ? 1 : 0);
  });

  test('503 says when to come back', async () => {
    const { app } = throwing(new StoreUnavailableError('gone', 2.2));
    expect((await request(app).get('/')).headers['retry-after']).toBe('3');
  });

  test('a fault is logged with the request id and the cause, which stay out of the answer', async () => {
    const fault = new Error('disk 7 is on fire');
    const log = createRecordingLogger();
    const app = appOf(
      log,
      (_req, res, next) => {
        res.setHeader('x-request-id', 'r-1');
        next();
      },
      () => {
        throw fault;
      },
    );
    const answer = await request(app).get('/');
    expect(log.lines).toEqual([
      { level: 'error', message: 'request failed', fields: { err: fault, requestId: 'r-1' } },
    ]);
    expect(answer.text).not.toContain('fire');
  });

  test('is never larger than 2 KB, and says how many entries were left out', async () => {
    const errors = Array.from({ length: 500 }, (_, i) => ({
      pointer: `/a/${i}/${'🎛'.repeat(200)}`,
      code: 'unknown_field' as const,
      detail: 'x'.repeat(5_000),
    }));
    const { app } = throwing(new Problem(422, 'unknown_field', '🎚'.repeat(5_000), { errors }));
    const answer = await request(app).get(`/${'p'.repeat(5_000)}`);
    expect(Buffer.byteLength(answer.text)).toBeLessThanOrEqual(2048);
    const body = answer.body as { errors: unknown[]; errors_omitted: number; detail: string };
    expect(body.errors.length + body.errors_omitted).toBe(500);
    expect(body.detail.isWellFormed()).toBe(true);
  });

  test('HEAD gets the status alone', async () => {
    const answer = await request(appOf(createRecordingLogger())).head('/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.text).toBeFalsy();
  });

  test('a response that fails in the middle is cut off, so that no client takes it for whole', async () => {
    const log = createRecordingLogger();
    const app = appOf(log, (_req, res) => {
      res.write('half');
      throw new Error('in the middle');
    });
    await expect(request(app).get('/')).rejects.toThrow(/aborted|hang up/);
    expect(log.lines).toHaveLength(1);
  });
});

describe('pages', () => {
  const app = express();
  app.use('/api', apiEndpoint);
  app.use(notFound);
  app.use(
    createErrorHandler({
      log: createRecordingLogger(),
      renderErrorPage: (status, code, detail, req, res) => {
        if (req.path === '/broken') throw new Error('template');
        res.status(status).type('html').send(`<p>${code}: ${detail.length} letters`);
      },
    }),
  );
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  test.each([
    ['a browser', '/nowhere', BROWSER, 'text/html'],
    ['curl', '/nowhere', '*/*', 'application/problem+json'],
    ['a script', '/nowhere', 'application/json', 'application/problem+json'],
    ['a browser on the API', '/api/nowhere', BROWSER, 'application/problem+json'],
    ['who wants HTML only, on the API', '/api/nowhere', 'text/html', 'application/problem+json'],
    ['a browser, when the error page is broken', '/broken', BROWSER, 'application/problem+json'],
  ])('%s', async (_who, path, accept, type) => {
    const answer = await request(app).get(path).set('accept', accept);
    expect([answer.status, answer.type]).toEqual([404, type]);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

test.each(Object.entries(ERROR_CODES))('%s is documented: what it is, why, what to do', (code, words) => {
  expect(code).toMatch(/^[a-z][a-z_]*$/);
  for (const text of Object.values(words)) expect(text.length).toBeGreaterThan(8);
});
