import type { Request, RequestHandler } from 'express';
import { Problem } from '../problems/problem.ts';

/** `unknown`: the request says nothing of it; no browser of today sends such a form. */
export type Sender = 'here' | 'elsewhere' | 'unknown';

/** Where a request comes from: by Fetch Metadata where the browser says it, else by Origin. */
export function requestOrigin({ headers }: Request): Sender {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'here' : 'elsewhere';
  const { origin, host } = headers;
  if (origin === undefined) return 'unknown';
  return host !== undefined && hostOf(origin) === host.toLowerCase() ? 'here' : 'elsewhere';
}

/**
 * Lets a form in unless it was sent from elsewhere: enough where no cookie gives rights, since what says nothing of its
 * origin is no browser and carries no cookies of a browser. Where cookies give rights, see `createCsrf`.
 */
export const sameOriginOnly: RequestHandler = (req, _res, next) => {
  if (requestOrigin(req) === 'elsewhere') {
    throw new Problem(403, 'csrf', 'This form takes only what is sent from this site itself.');
  }
  next();
};

function hostOf(origin: string): string | undefined {
  return /^https?:\/\//.test(origin) && URL.canParse(origin) ? new URL(origin).host : undefined;
}
