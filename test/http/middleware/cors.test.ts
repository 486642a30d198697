import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { cors, isOrigin } from '../../../src/http/middleware/cors.ts';
import { Problem } from '../../../src/http/problems/problem.ts';
import { appOf } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const routerFor = (allowed: '*' | readonly string[] | undefined) =>
  appOf(
    createRecordingLogger(),
    cors({
      allowedOrigins: () => allowed,
      methods: ['GET', 'REPORT'],
      requestHeaders: ['Content-Type'],
      exposedHeaders: ['Date', 'ETag'],
    }),
    (req, res) => {
      if (req.path === '/error') throw new Problem(404, 'not_found', 'Nothing.');
      res.send('ok');
    },
  );

const OK = 'https://ok.example';

describe('a router with a list of origins', () => {
  test.each([
    ['the origin itself', OK, OK],
    ['null', 'null', undefined],
    ['a name that begins alike', 'https://ok.example.evil.com', undefined],
    ['a name that ends alike', 'https://notok.example', undefined],
    ['the same without TLS', 'http://ok.example', undefined],
    ['another port', 'https://ok.example:8443', undefined],
    ['capitals', 'https://OK.example', undefined],
  ])('%s', async (_what, origin, allowed) => {
    const answer = await request(routerFor([OK]))
      .get('/')
      .set('origin', origin);
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe(allowed);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    expect(answer.headers['vary']).toContain('Origin');
  });

  test('says the same on errors, which pages must be able to read', async () => {
    const answer = await request(routerFor([OK]))
      .get('/error')
      .set('origin', OK);
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([404, OK]);
    expect(answer.headers['access-control-expose-headers']).toBe('Date, ETag');
  });

  test.each([
    [OK, 'GET, REPORT'],
    ['https://evil.example', undefined],
  ])('answers a preflight of %s', async (origin, methods) => {
    const answer = await request(routerFor([OK]))
      .options('/')
      .set({ origin, 'access-control-request-method': 'REPORT' });
    expect([answer.status, answer.headers['access-control-allow-methods']]).toEqual([204, methods]);
  });
});

test('a router for all origins allows them without credentials', async () => {
  const answer = await request(routerFor('*')).get('/').set('origin', 'null');
  expect(answer.headers['access-control-allow-origin']).toBe('*');
  expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
});

test('a router for no origin sets no header', async () => {
  const answer = await request(routerFor(undefined)).get('/').set('origin', OK);
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test.each([
  ['https://ok.example', true],
  ['http://localhost:3000', true],
  ['https://ok.example/', false],
  ['https://ok.example/path', false],
  ['https://user@ok.example', false],
  ['ok.example', false],
  ['null', false],
  ['*', false],
  ['file:///etc', false],
])('%s is an origin: %s', (text, expected) => {
  expect(isOrigin(text)).toBe(expected);
});
