import type { ErrorRequestHandler, RequestHandler } from 'express';
import { formBody } from '../input/form-body.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { prefersHtml } from '../problems/prefers-html.ts';
import { Problem } from '../problems/problem.ts';
import type { DemoDeps } from './demo-deps.ts';

export interface DemoAccess {
  /** Requires an operator. */
  readonly view: RequestHandler[];
  /** Requires an operator, and a form that was sent from one of our pages. */
  readonly change: RequestHandler[];
}

export function createDemoAccess({
  identity,
  sessions,
  csrf,
}: Pick<DemoDeps, 'identity' | 'sessions' | 'csrf'>): DemoAccess {
  const operator = identity.requireRole('operator', [sessions.byCookie]);
  return {
    view: [privateResponse, operator],
    change: [privateResponse, operator, formBody, csrf.protect],
  };
}

/** Sends a browser without a session to the login, and from there to the page it asked for. */
export const redirectToLogin: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof Problem) || error.status !== 401 || !prefersHtml(req)) {
    next(error);
    return;
  }
  const wanted = req.method === 'GET' ? req.originalUrl : req.baseUrl;
  res.redirect(303, `/dashboard/login?next=${encodeURIComponent(wanted)}`);
};
