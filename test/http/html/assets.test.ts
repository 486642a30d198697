import { createServer } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { createAssets } from '../../../src/http/html/assets.ts';
import { listenOnFreePort, stopListening } from '../../support/listen-on-free-port.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CSS = `.a { background: url(/assets/icon.svg) } ${'/* long */'.repeat(200)}`;

async function serve(): Promise<{ readonly url: string; readonly address: (name: string) => string }> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'site.css'), CSS);
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, 'site.js'), "import { swap } from './swap.js';\n");
  writeFileSync(join(folder, 'swap.js'), 'export const swap = 1;\n');
  const assets = createAssets(folder);
  const server = createServer(express().use(assets.router));
  const port = await listenOnFreePort(server);
  onTestFinished(() => stopListening(server));
  return { url: `http://127.0.0.1:${port}`, address: (name) => assets.url(name) };
}

/** The bytes as they came, not decoded. */
async function raw(
  url: string,
  encoding: string,
): Promise<{ readonly headers: Headers; readonly body: Buffer }> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': encoding } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          headers: new Headers(
            Object.entries(response.headers).map(
              ([name, value]) => [name, String(value)] as [string, string],
            ),
          ),
          body: Buffer.concat(chunks),
        }),
      );
    }).on('error', reject);
  });
}

test('a style sheet and a module name other assets by their hashed addresses', async () => {
  const { url, address } = await serve();
  expect(await (await fetch(url + address('site.css'))).text()).toContain(`url(${address('icon.svg')})`);
  expect(await (await fetch(url + address('site.js'))).text()).toContain(`from '${address('swap.js')}'`);
});

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])('an asset comes compressed to a client that takes %s', async (encoding, decompress) => {
  const { url, address } = await serve();
  const { headers, body } = await raw(url + address('site.css'), encoding);
  expect(headers.get('content-encoding')).toBe(encoding);
  expect(headers.get('vary')).toBe('Accept-Encoding');
  expect(body.length).toBeLessThan(CSS.length / 4);
  expect(decompress(body).toString()).toContain('.a { background');
});

test('an asset comes as it is to a client that takes no encoding, and so does a font', async () => {
  const { url, address } = await serve();
  const plain = await raw(url + address('site.css'), 'identity');
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(plain.body.toString()).toContain('.a { background');
  const font = await raw(url + address('bricolage-grotesque.woff2'), 'br, gzip');
  expect(font.headers.get('content-encoding')).toBeNull();
});

test('a file by an old address is revalidated, and an unknown one is not found', async () => {
  const { url } = await serve();
  expect((await fetch(`${url}/assets/site.css?v=old`)).headers.get('cache-control')).toBe('no-cache');
  expect((await fetch(`${url}/assets/none.css`)).status).toBe(404);
});
