import { hash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router } from 'express';

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

export interface Assets {
  /** The address of a file in `public/` or of a font, with its content's hash: it may be kept for ever. */
  url(name: string): string;
  /** Serves `/assets/…`: only files that were there at the start, so no name ever becomes a path. */
  readonly router: Router;
}

interface Asset {
  readonly body: Buffer;
  readonly type: string;
  readonly version: string;
}

/** Reads everything once; style sheets and modules are small. `url(name)` in a style sheet is rewritten to the hashed address. */
export function createAssets(publicFolder: string): Assets {
  const assets = new Map<string, Asset>();
  for (const [name, specifier] of Object.entries(FONTS)) {
    assets.set(name, assetOf(name, readFileSync(fileURLToPath(import.meta.resolve(specifier)))));
  }
  const url = (name: string): string => {
    const asset = assets.get(name);
    if (asset === undefined)
      throw new Error(`no asset is called ${name}; there are ${[...assets.keys()].join(', ')}`);
    return `/assets/${name}?v=${asset.version}`;
  };
  for (const entry of readdirSync(publicFolder, { withFileTypes: true })) {
    if (!entry.isFile() || TYPES[extname(entry.name)] === undefined) continue;
    const body = readFileSync(join(publicFolder, entry.name));
    assets.set(
      entry.name,
      assetOf(
        entry.name,
        entry.name.endsWith('.css')
          ? Buffer.from(
              body
                .toString('utf8')
                .replaceAll(/url\(\/assets\/([\w.-]+)\)/g, (_, name: string) => `url(${url(name)})`),
            )
          : body,
      ),
    );
  }

  const router = Router();
  router.get('/assets/:name', (request, response, next) => {
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
    response.send(asset.body);
  });
  return { url, router };
}

const assetOf = (name: string, body: Buffer): Asset => ({
  body,
  type: TYPES[extname(name)] ?? 'application/octet-stream',
  version: hash('sha256', body, 'base64url').slice(0, 12),
});
