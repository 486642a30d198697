import { get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { useApp } from '../../support/running-app.ts';

const app = useApp({ AUTH: 'off' });

const ask = (path: string, headers: Record<string, string>): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(`${app().url}${path}`, { headers }, resolve).on('error', reject);
  });

const bodyOf = async (response: IncomingMessage): Promise<Buffer> => Buffer.concat(await response.toArray());

test.each([
  ['/', 'br', brotliDecompressSync],
  ['/', 'gzip', gunzipSync],
  ['/dashboard', 'br', brotliDecompressSync],
  ['/api/playlist?groups=beta_testers', 'br', brotliDecompressSync],
  ['/openapi.json', 'gzip', gunzipSync],
])('%s comes as %s to a client that takes it', async (path, encoding, decompress) => {
  const response = await ask(path, { 'accept-encoding': encoding, accept: 'text/html' });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-encoding']).toBe(encoding);
  expect(response.headers.vary).toMatch(/Accept-Encoding/i);
  const body = await bodyOf(response);
  expect(body.length * 2).toBeLessThan(decompress(body).length);
});

test('a client that takes no encoding gets the page as it is', async () => {
  const response = await ask('/', { accept: 'text/html' });
  expect(response.headers['content-encoding']).toBeUndefined();
  expect((await bodyOf(response)).toString()).toContain('</html>');
});

test.each(['/events', '/dashboard/events'])('the stream %s is never compressed', async (path) => {
  const response = await ask(path, { 'accept-encoding': 'br, gzip', accept: 'text/event-stream' });
  expect(response.headers['content-type']).toContain('text/event-stream');
  expect(response.headers['content-encoding']).toBeUndefined();
  response.destroy();
});
