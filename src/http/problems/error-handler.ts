import type { Logger } from '../../shared/logger.ts';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { Problem } from './problem.ts';
import type { ErrorCode } from './error-codes.ts';
import { prefersHtml } from './prefers-html.ts';
import { problemJson } from './problem-body.ts';
import { problemFromError } from './problem-from-error.ts';

export const isApiEndpoint = (res: Response): boolean => res.locals['apiEndpoint'] === true;

export interface ErrorHandlerDeps {
  readonly log: Logger;
  /** Sends a whole HTML page for a client that prefers HTML on a page route. Default: every client gets problem+json. */
  readonly renderErrorPage?: (
    status: number,
    code: ErrorCode,
    detail: string,
    req: Request,
    res: Response,
  ) => void | Promise<void>;
}

/** Marks the request as one to an API: its errors are problem+json whatever `Accept` says. */
export const apiEndpoint: RequestHandler = (_req, res, next) => {
  res.locals['apiEndpoint'] = true;
  next();
};

/** Express' last handler: turns anything thrown into RFC 9457, or into a page. */
export function createErrorHandler({ log, renderErrorPage }: ErrorHandlerDeps): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    const problem = problemFromError(error);
    if (problem.status === 500) log.error({ err: error, requestId: requestIdOf(res) }, 'request failed');
    if (res.headersSent) {
      // Half a response is out; cutting the connection is the only way left to say that it is not whole.
      res.destroy();
      return;
    }
    res.status(problem.status).set({ 'cache-control': 'no-store', ...problem.headers });
    if (renderErrorPage !== undefined && wantsPage(req, res)) {
      try {
        await renderErrorPage(problem.status, problem.code, problem.message, req, res);
        return;
      } catch (pageError) {
        log.error({ err: pageError, requestId: requestIdOf(res) }, 'error page failed');
        if (res.headersSent) {
          res.destroy();
          return;
        }
      }
    }
    res.type('application/problem+json; charset=utf-8').send(problemJson(problem, pathOf(req)));
  };
}

/** What other services put before their paths: `/api/flags`, `/v1/flags`, `/api/v2/flags`. */
const API_PREFIX =
  /^\/(?:api(?:\/v\d+)?|v\d+)(\/(?:flags|segments|users|projects|audit|keys|webhooks|schedules|export|import)(?:\/.*)?)$/;

/** The route after the last: 404 for every path without a route. */
export const notFound: RequestHandler = (req) => {
  const path = pathOf(req);
  const [, withoutPrefix] = API_PREFIX.exec(path) ?? [];
  const hint = withoutPrefix === undefined ? '' : ` The API has no prefix: try ${withoutPrefix}.`;
  throw new Problem(404, 'not_found', `Nothing has the path ${path}.${hint}`);
};

function wantsPage(req: Request, res: Response): boolean {
  return !isApiEndpoint(res) && prefersHtml(req);
}

/** Without the query: one-time tokens and keys travel there. */
function pathOf(req: Request): string {
  return req.originalUrl.split('?', 1)[0] ?? '/';
}

function requestIdOf(res: Response): string | undefined {
  const id = res.getHeader('x-request-id');
  return typeof id === 'string' ? id : undefined;
}
