import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import * as z from 'zod';
import { requestOrigin } from '../auth/request-origin.ts';
import { safeNext } from '../input/safe-next.ts';
import { formBody } from '../input/form-body.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { prefersHtml } from '../problems/prefers-html.ts';
import { Problem } from '../problems/problem.ts';
import type { DashboardDeps } from './dashboard-deps.ts';

export const LOGIN = '/dashboard/login';

const formFields = z.record(z.string(), z.string());

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
    change: [privateResponse, formBody, identity.requireRole('operator', resolvers), csrf.protect],
  };
}

/** The page that a form stands on, filled with what was typed. What it would have changed is offered there, not done. */
function pageOfForm(req: Request): string {
  // Another site must not put words into our forms.
  if (requestOrigin(req) !== 'here') return '/dashboard';
  const { pathname, searchParams: query } = new URL(req.originalUrl, 'http://here.invalid');
  const { csrf: _csrf, ...fields } = formFields.catch({}).parse(req.body);
  const [, flag] = /^(\/dashboard\/flags\/[^/]+)\/changes$/.exec(pathname) ?? [];
  if (flag !== undefined) {
    query.set('resume', new URLSearchParams(fields).toString());
    return `${flag}?${query.toString()}`;
  }
  if (pathname === '/dashboard/flags') {
    for (const [name, value] of Object.entries(fields)) query.set(name, value);
    return `/dashboard/new-flag?${query.toString()}`;
  }
  return pathname.endsWith('/delete') ? req.originalUrl : safeNext(fields['back'] ?? '/dashboard');
}

/** Sends a browser without a session to the login page, and from there back to the page it asked for. */
export const redirectToLogin: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof Problem) || error.status !== 401 || !prefersHtml(req)) {
    next(error);
    return;
  }
  const wanted = req.method === 'GET' ? req.originalUrl : pageOfForm(req);
  res.redirect(303, wanted === '/dashboard' ? LOGIN : `${LOGIN}?next=${encodeURIComponent(wanted)}`);
};
