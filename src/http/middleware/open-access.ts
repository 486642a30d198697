import type { Request, RequestHandler } from 'express';
import { requestOrigin } from '../auth/request-origin.ts';
import { Problem } from '../problems/problem.ts';

/** What pages of the developer's own application ask: evaluations, streams and events. */
const FOR_APPLICATIONS = /^\/(?:sdk|msdk|eval|meval|ping|mping|events|mobile|a|ofrep)(?:\/|$)/;
const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * For AUTH=off, where every request is an administrator's: a page of another origin, which the same browser shows, may
 * neither change nor read anything. It may link here, and a page of this machine may evaluate flags and send events.
 */
export const refuseOtherOrigins: RequestHandler = (req, _res, next) => {
  if (requestOrigin(req) !== 'elsewhere' || isNavigation(req) || isOwnApplication(req)) {
    next();
    return;
  }
  throw new Problem(
    403,
    'csrf',
    'With AUTH=off pages of other origins are refused; AUTH=on serves them by key.',
  );
};

/** A link or an address that was typed: what it shows, the page that links here cannot read. */
function isNavigation({ method, headers }: Request): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

function isOwnApplication({ path, headers: { origin } }: Request): boolean {
  return origin !== undefined && LOOPBACK_ORIGIN.test(origin) && FOR_APPLICATIONS.test(path);
}
