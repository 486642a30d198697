import type { ErrorRequestHandler, RequestHandler } from 'express';
import { privateResponse } from '../middleware/private-response.ts';
import { prefersHtml } from '../problems/prefers-html.ts';
import { formBody } from '../input/form-body.ts';
import { Problem } from '../problems/problem.ts';
import type { DashboardDeps } from './dashboard-deps.ts';

export const LOGIN = '/dashboard/login';

export interface DeskAccess {
  /** Lets in whoever may see the desk. */
  readonly watch: RequestHandler[];
  /** Lets in a form of whoever may change flags, from a page of ours. */
  readonly change: RequestHandler[];
}

export function createDeskAccess({
  identity,
  sessions,
  csrf,
}: Pick<DashboardDeps, 'identity' | 'sessions' | 'csrf'>): DeskAccess {
  const resolvers = [sessions.byCookie];
  return {
    watch: [privateResponse, identity.requireRole('viewer', resolvers)],
    change: [privateResponse, identity.requireRole('operator', resolvers), formBody, csrf.protect],
  };
}

/** Who is not logged in is led to the login, and from there back to where they were going. */
export const leadToLogin: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof Problem) || error.status !== 401 || !prefersHtml(req)) {
    next(error);
    return;
  }
  // What a form would have done is not done later: it leads back to the desk only.
  const wanted = req.method === 'GET' ? req.originalUrl : '/dashboard';
  res.redirect(303, wanted === '/dashboard' ? LOGIN : `${LOGIN}?next=${encodeURIComponent(wanted)}`);
};
