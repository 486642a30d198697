import { hash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { type RequestHandler, Router } from 'express';
import { byFirstSegment } from '../middleware/by-first-segment.ts';

const FONT_PACKAGE = '@fontsource-variable/bricolage-grotesque/files';

const FONTS = {
  'bricolage-grotesque.woff2': `${FONT_PACKAGE}/bricolage-grotesque-latin-opsz-normal.woff2`,
  'bricolage-grotesque-ext.woff2': `${FONT_PACKAGE}/bricolage-grotesque-latin-ext-opsz-normal.woff2`,
} as const;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Other assets that a style sheet or a module names: `url(/assets/x.woff2)`, `from './x.js'`. */
const REFERENCES = /(?<before>url\(\/assets\/|from '\.\/)(?<name>[\w.-]+)(?<after>\)|')/g;

export interface Assets {
  /** The address of a file in `public/` or of a font, with its content's hash: it may be kept for ever. */
  url(name: string): string;
  /** Serves `/assets/…`: only files that were there at the start, so no name ever becomes a path. */
  readonly router: RequestHandler;
}

interface Asset {
  readonly body: Buffer;
  readonly type: string;
  readonly version: string;
  /** Compressed when first asked for, and kept. Fonts and what is small have none. */
  readonly encoded: Map<Encoding, Promise<Buffer>>;
}

const ENCODERS = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;
type Encoding = keyof typeof ENCODERS;

/** Reads everything once. What a style sheet or a module names is rewritten to its hashed address. */
export function createAssets(publicFolder: string): Assets {
  const files = new Map<string, string>(
    Object.entries(FONTS).map(([name, specifier]) => [name, fileURLToPath(import.meta.resolve(specifier))]),
  );
  for (const entry of readdirSync(publicFolder, { withFileTypes: true })) {
    if (entry.isFile() && TYPES[extname(entry.name)] !== undefined)
      files.set(entry.name, join(publicFolder, entry.name));
  }
  const assets = new Map<string, Asset>();

  function assetOf(name: string): Asset {
    const known = assets.get(name);
    if (known !== undefined) return known;
    const file = files.get(name);
    if (file === undefined)
      throw new Error(`no asset is called ${name}; there are ${[...files.keys()].join(', ')}`);
    const asset = makeAsset(name, readFileSync(file), url);
    assets.set(name, asset);
    return asset;
  }
  const url = (name: string): string => `/assets/${name}?v=${assetOf(name).version}`;
  for (const name of files.keys()) assetOf(name);

  const router = Router();
  router.get('/assets/:name', async (request, response, next) => {
    const asset = assets.get(request.params.name);
    if (asset === undefined) {
      next();
      return;
    }
    const current = request.query['v'] === asset.version;
    response.set({
      'Content-Type': asset.type,
      'Cache-Control': current ? 'public, max-age=31536000, immutable' : 'no-cache',
      ETag: `"${asset.version}"`,
    });
    response.vary('Accept-Encoding');
    const encoding = asset.type.startsWith('font/') ? false : request.acceptsEncodings('br', 'gzip');
    if (encoding === 'br' || encoding === 'gzip') {
      response.set('Content-Encoding', encoding).send(await encodedOnce(asset, encoding));
    } else {
      response.send(asset.body);
    }
  });
  return { url, router: byFirstSegment(new Map([['assets', router]])) };
}

function makeAsset(name: string, content: Buffer, url: (name: string) => string): Asset {
  const body = /\.(?:css|js)$/.test(name)
    ? Buffer.from(withAddresses(content.toString('utf8'), url))
    : content;
  return {
    body,
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    version: hash('sha256', body, 'base64url').slice(0, 12),
    encoded: new Map(),
  };
}

function withAddresses(text: string, url: (name: string) => string): string {
  return text.replaceAll(REFERENCES, (_all, before: string, name: string, after: string) =>
    before.startsWith('url') ? `url(${url(name)}${after}` : `from '${url(name)}${after}`,
  );
}

function encodedOnce({ body, encoded }: Asset, encoding: Encoding): Promise<Buffer> {
  let compressed = encoded.get(encoding);
  if (compressed === undefined) {
    compressed = ENCODERS[encoding](body);
    encoded.set(encoding, compressed);
  }
  return compressed;
}
