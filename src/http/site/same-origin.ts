import type { RequestHandler } from 'express';
import { Problem } from '../problem.ts';

/**
 * Lets a form in only when it was sent from this site: by Fetch Metadata where the browser says it, else by Origin.
 * What sends neither is no browser and carries nobody's cookies.
 */
export const sameOriginOnly: RequestHandler = (request, _response, next) => {
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  const own =
    site === undefined
      ? origin === undefined || hostOf(origin) === request.get('host')
      : site === 'same-origin' || site === 'none';
  next(
    own ? undefined : new Problem(403, 'csrf', 'This form takes only what is sent from this site itself.'),
  );
};

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;
