import type { RequestHandler } from 'express';
import { ERROR_CODES } from './error-codes.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const CODES = Object.entries(ERROR_CODES).toSorted(([a], [b]) => (a < b ? -1 : 1));

const LINKS = CODES.map(([code]) => `<li><a href="#${code}">${code}</a></li>`);

const ROWS = CODES.map(
  ([code, { title, cause, cure }]) => `<section id="${code}">
<h2>${text(title)} <code>${code}</code></h2>
<p>${text(cause)}</p>
<p><strong>What to do:</strong> ${text(cure)}</p>
</section>`,
);

const STYLESHEETS = ['tokens.css', 'base.css', 'errors.css'];

/** `GET /docs/errors`: where the `type` of every problem points. `assetUrl` tells where a file of `public/` is. */
export function errorCodesPage(assetUrl: (name: string) => string): RequestHandler {
  const url = (name: string): string => text(assetUrl(name));
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>Errors: what they mean and what to do</title>
<link rel="icon" href="${url('icon.svg')}" type="image/svg+xml">
<link rel="preload" href="${url('bricolage-grotesque.woff2')}" as="font" type="font/woff2" crossorigin>
${STYLESHEETS.map((name) => `<link rel="stylesheet" href="${url(name)}">`).join('\n')}
</head>
<body>
<header class="lead">
<a class="home" href="/docs">The API of DJ Toggle</a>
<h1>Errors</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>code</code> is one of these, and stays. So is that of a warning, which comes with what was accepted.</p>
</header>
<div class="beside">
<nav class="codes" aria-label="All codes">
<details open>
<summary>All ${CODES.length} codes</summary>
<ul>
${LINKS.join('\n')}
</ul>
</details>
</nav>
<main>
${ROWS.join('\n')}
</main>
</div>
</body>
</html>
`;
  return (_req, res) => {
    res.set('cache-control', 'public, max-age=3600').type('html').send(page);
  };
}

function text(words: string): string {
  return words.replaceAll(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}
