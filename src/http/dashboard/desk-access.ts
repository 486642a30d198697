import { urlencoded, type ErrorRequestHandler, type RequestHandler } from 'express';
import { Problem } from '../problem.ts';
import type { DashboardDeps } from './dashboard-deps.ts';

export const LOGIN = '/dashboard/login';

export interface DeskAccess {
  /** Lets in whoever may see the desk. */
  readonly watch: RequestHandler[];
  /** Lets in a form of whoever may change flags, from a page of ours. */
  readonly change: RequestHandler[];
}

export const readForm = urlencoded({ extended: false, limit: 16_384, parameterLimit: 20 });

export function createDeskAccess({
  identity,
  sessions,
  csrf,
}: Pick<DashboardDeps, 'identity' | 'sessions' | 'csrf'>): DeskAccess {
  const resolvers = [sessions.byCookie];
  return {
    watch: [personal, identity.requireRole('viewer', resolvers)],
    change: [personal, identity.requireRole('operator', resolvers), readForm, csrf.protect],
  };
}

/** Nobody else may ever be shown this answer. */
export const personal: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store, private');
  res.vary('Cookie');
  next();
};

/** Who is not logged in is led to the login, and from there back to where they were going. */
export const leadToLogin: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const isPage = req.accepts(['application/json', 'text/html']) === 'text/html';
  if (!(error instanceof Problem) || error.status !== 401 || !isPage) {
    next(error);
    return;
  }
  // What a form would have done is not done later: it leads back to the desk only.
  const wanted = req.method === 'GET' ? req.originalUrl : '/dashboard';
  res.redirect(303, wanted === '/dashboard' ? LOGIN : `${LOGIN}?next=${encodeURIComponent(wanted)}`);
};
