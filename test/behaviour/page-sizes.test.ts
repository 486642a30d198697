import { get } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { useApp } from '../support/running-app.ts';

// What a browser loads with a page, as it is sent to a client that takes brotli: HTML, style sheets and scripts. Fonts and images
// come besides.

const app = useApp({ AUTH: 'off' });

interface Sent {
  readonly bytes: number;
  readonly text: string;
}

const load = (path: string): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'br', accept: 'text/html' };
    get(app().url + path, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const isCompressed = response.headers['content-encoding'] === 'br';
        expect(response.statusCode, path).toBe(200);
        resolve({ bytes: body.length, text: (isCompressed ? brotliDecompressSync(body) : body).toString() });
      });
    }).on('error', reject);
  });

/** Addresses of style sheets and scripts that a page, a script or a style sheet names. */
const LOADED =
  /(?:<link[^>]*\shref=|<script[^>]*\ssrc=|\bfrom\s*|@import\s*)["'](\/?[\w./-]+\.(?:css|js)(?:\?v=[\w-]+)?)["']/g;

/** The page and everything that it loads, in bytes. */
async function firstLoad(page: string): Promise<ReadonlyMap<string, number>> {
  const bytes = new Map<string, number>();
  const follow = async (path: string): Promise<void> => {
    if (bytes.has(path)) return;
    bytes.set(path, 0);
    const sent = await load(path);
    bytes.set(path, sent.bytes);
    // The viewers of the API are each one file, with code in it that looks like imports.
    if (path.startsWith('/docs/')) return;
    for (const [, named = ''] of sent.text.matchAll(LOADED)) {
      const { pathname, search } = new URL(named, `http://here.invalid${path}`);
      await follow(pathname + search);
    }
  };
  await follow(page);
  return bytes;
}

const total = (bytes: ReadonlyMap<string, number>): number =>
  bytes.values().reduce((sum, each) => sum + each, 0);

test.each([
  ['/', 30_000, 4],
  ['/?groups=beta_testers', 30_000, 4],
  ['/dashboard', 30_000, 4],
  ['/docs', 480_000, 3],
  ['/redoc', 290_000, 2],
])('%s takes fewer than %i bytes, in at least %i files', async (page, limit, files) => {
  const bytes = await firstLoad(page);
  expect(bytes.size, [...bytes.keys()].join(' ')).toBeGreaterThanOrEqual(files);
  expect(total(bytes), JSON.stringify([...bytes])).toBeLessThan(limit);
});
