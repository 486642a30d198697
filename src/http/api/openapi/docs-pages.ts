import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { Router, type RequestHandler } from 'express';

/**
 * Scripts and data from here only, and nothing inline. Both viewers write their styles as they run, which is why styles
 * (and nothing else) may be inline on these two pages.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Swagger UI has a dark theme, which a class on its page turns on. */
const SWAGGER_SCRIPT = `const dark = window.matchMedia('(prefers-color-scheme: dark)');
const dress = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', dress);
dress();
window.addEventListener('DOMContentLoaded', () => {
  window.SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#viewer',
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    validatorUrl: null,
  });
});
`;

const STYLE = 'body { margin: 0; }\n';

const SWAGGER_PAGE = page(
  'DJ Toggle API',
  `<link rel="stylesheet" href="/docs/swagger/swagger-ui.css">
<script src="/docs/swagger/swagger-ui-bundle.js"></script>
<script src="/docs/viewer.js"></script>`,
  '<main id="viewer"></main>',
);

const REDOC_PAGE = page(
  'DJ Toggle API reference',
  '<script src="/docs/redoc/redoc.standalone.js" defer></script>',
  '<main><redoc spec-url="/openapi.json" hide-download-button="false"></redoc></main>',
);

/** `/docs` (Swagger UI) and `/redoc`, wholly from installed packages. */
export function docsPages(): Router {
  const router = Router();
  router.get('/docs', strictPolicy, (_req, res) => void res.type('html').send(SWAGGER_PAGE));
  router.get('/redoc', strictPolicy, (_req, res) => void res.type('html').send(REDOC_PAGE));
  router.get('/docs/viewer.js', (_req, res) => void res.type('js').send(SWAGGER_SCRIPT));
  router.get('/docs/viewer.css', (_req, res) => void res.type('css').send(STYLE));
  router.use('/docs/swagger', swaggerFiles());
  router.get('/docs/redoc/redoc.standalone.js', redocScript());
  return router;
}

const strictPolicy: RequestHandler = (_req, res, next) => {
  res.set('content-security-policy', CONTENT_SECURITY_POLICY);
  next();
};

const CACHED = 'public, max-age=3600';

/** The package brings what it needs of both viewers beside this file (scripts/build.ts); a checkout has them installed. */
function folderOf(viewer: string): string {
  const packed = join(import.meta.dirname, 'viewers', viewer);
  return existsSync(packed)
    ? packed
    : dirname(createRequire(import.meta.url).resolve(`${viewer}/package.json`));
}

const swaggerFiles = (): RequestHandler =>
  express.static(folderOf('swagger-ui-dist'), {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    maxAge: '1h',
  });

/** Redoc fetches its maker's logo from elsewhere; our pages load nothing from other sites. */
const FOREIGN_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const EMPTY_IMAGE = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';

async function readRedoc(): Promise<string> {
  const file = join(folderOf('redoc'), 'bundles', 'redoc.standalone.js');
  return (await readFile(file, 'utf8')).replaceAll(FOREIGN_LOGO, EMPTY_IMAGE);
}

function redocScript(): RequestHandler {
  let script: Promise<string> | undefined;
  return async (_req, res) => {
    script ??= readRedoc();
    res
      .set('cache-control', CACHED)
      .type('js')
      .send(await script);
  };
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/viewer.css">
${head}
</head>
<body>
${body}
</body>
</html>
`;
}
