import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { createServer } from 'node:http';
import { uploadForm } from '../../../src/http/input/upload-form.ts';
import { createErrorHandler } from '../../../src/http/problems/error-handler.ts';
import { listenOnFreePort, stopListening } from '../../support/listen-on-free-port.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const LIMIT = 1_000;

async function send(
  body: string | FormData | URLSearchParams,
  headers: Readonly<Record<string, string>> = {},
) {
  const app = express();
  app.post('/', uploadForm(LIMIT), (req, res) => {
    const { csrf, file } = req.body;
    res.json({ csrf, name: file.name, text: file.bytes.toString() });
  });
  app.use(createErrorHandler({ log: createRecordingLogger() }));
  const server = createServer(app);
  const port = await listenOnFreePort(server);
  onTestFinished(() => stopListening(server));
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
  return { status: response.status, body: await response.json() };
}

function formWith(file: File): FormData {
  const form = new FormData();
  form.set('csrf', 'a token');
  form.set('file', file);
  return form;
}

test('reads fields as text, and a file with its name and bytes', async () => {
  const { status, body } = await send(formWith(new File(['{"naïve": "\r\n--"}'], 'Läuft 🎧.json')));
  expect(status).toBe(200);
  expect(body).toEqual({ csrf: 'a token', name: 'Läuft 🎧.json', text: '{"naïve": "\r\n--"}' });
});

test.each([
  ['a form that is larger', formWith(new File(['x'.repeat(LIMIT + 70_000)], 'x')), {}, 413],
  ['a form without a file', new URLSearchParams({ csrf: 'x' }), {}, 415],
  ['a form that ends early', '--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nx', 'b', 400],
  ['a form without a boundary', 'x', '', 400],
])('refuses %s', async (_, body, boundary, status) => {
  const headers =
    typeof boundary === 'string' ? { 'content-type': `multipart/form-data; boundary=${boundary}` } : boundary;
  expect((await send(body, headers)).status).toBe(status);
});
