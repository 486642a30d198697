import type { RequestHandler } from 'express';
import { ERROR_CODES } from './error-codes.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const ROWS = Object.entries(ERROR_CODES)
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([code, { title, cause, cure }]) => `<section id="${code}">
<h2>${text(title)} <code>${code}</code></h2>
<p>${text(cause)}</p>
<p><strong>What to do:</strong> ${text(cure)}</p>
</section>`,
  );

/** `GET /docs/errors`: where the `type` of every problem points. `stylesheets` are paths on this site. */
export function errorCodesPage(stylesheets: readonly string[] = []): RequestHandler {
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>Errors: what they mean and what to do</title>
<link rel="icon" href="data:,">
${stylesheets.map((href) => `<link rel="stylesheet" href="${text(href)}">`).join('\n')}
</head>
<body>
<main>
<h1>Errors</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>code</code> is one of these, and stays. So is that of a warning, which comes with what was accepted.</p>
${ROWS.join('\n')}
</main>
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
