import type { ErrorRequestHandler, RequestHandler } from 'express';
import { formBody } from '../input/form-body.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { prefersHtml } from '../problems/prefers-html.ts';
import { Problem } from '../problems/problem.ts';
import type { DashboardDeps } from './dashboard-deps.ts';

export const LOGIN = '/dashboard/login';

export interface DashboardAccess {
  /** Requires a viewer. */
  readonly view: RequestHandler[];
  /** Requires an operator, and a form that was sent from one of our pages. */
  readonly change: RequestHandler[];
}

export function createDashboardAccess({
  identity,
  sessions,
  csrf,
}: Pick<DashboardDeps, 'identity' | 'sessions' | 'csrf'>): DashboardAccess {
  const resolvers = [sessions.byCookie];
  return {
    view: [privateResponse, identity.requireRole('viewer', resolvers)],
    change: [privateResponse, identity.requireRole('operator', resolvers), formBody, csrf.protect],
  };
}

/** Sends a browser without a session to the login page, and from there back to the page it asked for. */
export const redirectToLogin: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof Problem) || error.status !== 401 || !prefersHtml(req)) {
    next(error);
    return;
  }
  // A form is not sent again after the login: it leads to the list of flags.
  const wanted = req.method === 'GET' ? req.originalUrl : '/dashboard';
  res.redirect(303, wanted === '/dashboard' ? LOGIN : `${LOGIN}?next=${encodeURIComponent(wanted)}`);
};
