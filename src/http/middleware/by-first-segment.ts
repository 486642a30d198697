import type { RequestHandler } from 'express';

/**
 * Passes a request only to the handler for the first segment of its path: `/flags/dark` to the one for `flags`. Express
 * would try the pattern of each route in turn, and a page's request would be tried on every route of the APIs.
 *
 * @example
 * app.use(byFirstSegment(new Map([['flags', flagsRouter], ['segments', segmentsRouter]])));
 */
export function byFirstSegment(handlers: ReadonlyMap<string, RequestHandler>): RequestHandler {
  return (req, res, next) => {
    const handler = handlers.get(firstSegment(req.url));
    if (handler === undefined) {
      next();
      return undefined;
    }
    return handler(req, res, next);
  };
}

/** `flags` of `/flags/dark?x=1`. An encoded segment is not decoded: no route begins with one. */
function firstSegment(url: string): string {
  let end = 1;
  while (end < url.length && url[end] !== '/' && url[end] !== '?' && url[end] !== '#') end += 1;
  return url.slice(1, end);
}
