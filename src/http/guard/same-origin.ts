import type { Request } from 'express';

/**
 * Whether a request was sent by a page of this site: by Fetch Metadata where the browser says it, else by Origin. A request
 * that says neither is not from a page; where cookies count, it does not count as ours.
 */
export function isSameOrigin(req: Request): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = req.headers;
  return origin !== undefined && host !== undefined && hostOf(origin) === host.toLowerCase();
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\//.test(origin) && URL.canParse(origin) ? new URL(origin).host : undefined;
}
