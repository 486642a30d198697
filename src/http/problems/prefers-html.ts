import type { Request } from 'express';

/** Only a browser's explicit text/html asks for a page. */
export function prefersHtml(req: Request): boolean {
  // JSON is named first, so that `*/*` (curl, SDKs) means JSON.
  return req.accepts(['application/json', 'text/html']) === 'text/html';
}
