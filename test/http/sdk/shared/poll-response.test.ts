import { gunzipSync } from 'node:zlib';
import express from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import {
  createPollResponse,
  createSharedPollResponse,
  sendPollResponse,
} from '../../../../src/http/sdk/shared/poll-response.ts';

const JSON_TEXT = JSON.stringify({ flags: 'x'.repeat(2_000) });
const shared = createSharedPollResponse(JSON_TEXT);
const app = express();
app.get('/shared', (req, res) => sendPollResponse(req, res, shared));
app.get('/own', (req, res) => sendPollResponse(req, res, createPollResponse(JSON_TEXT)));

test('a shared response is compressed once, and both forms have the same tag', async () => {
  const zipped = await request(app).get('/shared').set('accept-encoding', 'gzip');
  const plain = await request(app).get('/shared').set('accept-encoding', 'identity');
  expect([zipped.headers['content-encoding'], plain.headers['content-encoding']]).toEqual([
    'gzip',
    undefined,
  ]);
  expect([zipped.text, plain.text]).toEqual([JSON_TEXT, JSON_TEXT]);
  expect(zipped.headers['etag']).toBe(`W/${plain.headers['etag']}`);
  expect(shared.gzip()).toBe(shared.gzip());
  expect(gunzipSync(shared.gzip()).toString()).toBe(JSON_TEXT);
});

test.each(['W/', ''])('a client with the tag %s"…" gets 304', async (weak) => {
  const response = await request(app).get('/shared').set('if-none-match', `${weak}${shared.etag}`);
  expect([response.status, response.text]).toEqual([304, '']);
});

test('a response for one client is compressed for it', async () => {
  const response = await request(app).get('/own').set('accept-encoding', 'gzip');
  expect([response.headers['content-encoding'], response.text]).toEqual(['gzip', JSON_TEXT]);
});
