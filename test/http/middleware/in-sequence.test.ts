import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import { inSequence } from '../../../src/http/middleware/in-sequence.ts';

const pass: RequestHandler = (_req, _res, next) => next();
const passLater: RequestHandler = async (_req, _res, next) => {
  await Promise.resolve();
  next();
};
const respond: RequestHandler = (_req, res) => void res.send('response');
const respondLater: RequestHandler = async (_req, res) => {
  await Promise.resolve();
  res.send('response');
};
const fail: RequestHandler = () => {
  throw new Error('broken');
};
const failLater: RequestHandler = async () => {
  await Promise.resolve();
  throw new Error('broken');
};
const failByNext: RequestHandler = (_req, _res, next) => next(new Error('broken'));
const reportError: ErrorRequestHandler = (error: Error, _req, res, _next) =>
  void res.send(`error: ${error.message}`);

test.each<[string, RequestHandler[], string]>([
  ['a handler that responds', [pass, respond, fail], 'response'],
  ['a handler that responds later', [passLater, pass, respondLater, fail], 'response'],
  ['handlers that all pass the request on', [pass, passLater], 'the rest'],
  ['no handlers', [], 'the rest'],
  ['a handler that throws', [pass, fail, respond], 'error: broken'],
  ['a handler that throws after one that waits', [passLater, fail, respond], 'error: broken'],
  ['a handler that rejects', [pass, failLater, respond], 'error: broken'],
  ['a handler that rejects after one that waits', [passLater, failLater, respond], 'error: broken'],
  ['a handler that hands an error on', [passLater, failByNext, respond], 'error: broken'],
])('%s', async (_name, handlers, expected) => {
  const app = express();
  app.use(inSequence(handlers));
  app.use((_req, res) => void res.send('the rest'));
  app.use(reportError);
  expect((await request(app).get('/')).text).toBe(expected);
});

test('`next("route")` skips the rest of the route', async () => {
  const app = express();
  app.get('/', inSequence([(_req, _res, next) => next('route'), fail]));
  app.get('/', respond);
  expect((await request(app).get('/')).text).toBe('response');
});
