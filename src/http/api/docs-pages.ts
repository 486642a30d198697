import { createRequire } from 'node:module';
import { dirname } from 'node:path';
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

const SWAGGER_SCRIPT = `window.addEventListener('DOMContentLoaded', () => {
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

const SWAGGER_PAGE = page(
  'DJ Toggle API',
  `<link rel="stylesheet" href="/docs/swagger/swagger-ui.css">
<script src="/docs/swagger/swagger-ui-bundle.js"></script>
<script src="/docs/viewer.js"></script>`,
  '<div id="viewer"></div>',
);

const REDOC_PAGE = page(
  'DJ Toggle API reference',
  '<script src="/docs/redoc/redoc.standalone.js" defer></script>',
  '<redoc spec-url="/openapi.json" hide-download-button="false"></redoc>',
);

/** `/docs` (Swagger UI) and `/redoc`, wholly from installed packages. */
export function docsPages(): Router {
  const router = Router();
  router.get('/docs', strictPolicy, (_req, res) => void res.type('html').send(SWAGGER_PAGE));
  router.get('/redoc', strictPolicy, (_req, res) => void res.type('html').send(REDOC_PAGE));
  router.get('/docs/viewer.js', (_req, res) => void res.type('js').send(SWAGGER_SCRIPT));
  router.use('/docs/swagger', packageFolder('swagger-ui-dist/package.json', ''));
  router.use('/docs/redoc', packageFolder('redoc/package.json', 'bundles'));
  return router;
}

const strictPolicy: RequestHandler = (_req, res, next) => {
  res.set('content-security-policy', CONTENT_SECURITY_POLICY);
  next();
};

function packageFolder(manifest: string, folder: string): RequestHandler {
  const root = dirname(createRequire(import.meta.url).resolve(manifest));
  return express.static(`${root}/${folder}`, {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    maxAge: '1h',
  });
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${body}
</body>
</html>
`;
}
