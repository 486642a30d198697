import { type ErrorRequestHandler, type Request, type RequestHandler, urlencoded } from 'express';
import * as z from 'zod';
import { requestOrigin } from '../auth/request-origin.ts';
import { dashboardPath } from './dashboard-scope.ts';
import { uploadForm } from '../input/upload-form.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { prefersHtml } from '../problems/prefers-html.ts';
import { Problem } from '../problems/problem.ts';
import { typedForm } from './trouble/typed-form.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import { type KeptDrafts, MAX_DRAFT_BYTES } from './kept-drafts.ts';

export const LOGIN = '/dashboard/login';

/** The largest form is a flag's definition; the longest is a page of selected flags. */
const dashboardForm = urlencoded({ extended: false, limit: 524_288, parameterLimit: 1_000 });

/** As large as the API takes. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

const formFields = z.record(z.string(), z.string());

export interface DashboardAccess {
  /** Requires a viewer. */
  readonly view: RequestHandler[];
  /** Requires a viewer, and a form that was sent from one of our pages. */
  readonly submit: RequestHandler[];
  /** The same of an operator. */
  readonly change: RequestHandler[];
  /** The same of an administrator. */
  readonly administer: RequestHandler[];
  /** Requires an administrator to see the page. */
  readonly administerPage: RequestHandler[];
  /** Requires an administrator, and a form with a file that was sent from one of our pages. */
  readonly upload: RequestHandler[];
}

export function createDashboardAccess({
  identity,
  sessions,
  csrf,
}: Pick<DashboardDeps, 'identity' | 'sessions' | 'csrf'>): DashboardAccess {
  const resolvers = [sessions.byCookie];
  return {
    view: [privateResponse, identity.requireRole('viewer', resolvers)],
    submit: [privateResponse, identity.requireRole('viewer', resolvers), dashboardForm, csrf.protect],
    change: [privateResponse, identity.requireRole('operator', resolvers), dashboardForm, csrf.protect],
    administerPage: [privateResponse, identity.requireRole('admin', resolvers)],
    administer: [privateResponse, identity.requireRole('admin', resolvers), dashboardForm, csrf.protect],
    upload: [
      privateResponse,
      identity.requireRole('admin', resolvers),
      uploadForm(MAX_FILE_BYTES),
      csrf.protect,
    ],
  };
}

/** The page that a form stands on, filled with what was typed. What it would have changed is offered there, not done. */
function pageOfForm(req: Request, drafts: KeptDrafts): string {
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
  if (/^\/dashboard\/flags\/[^/]+\/delete$/.test(pathname)) return req.originalUrl;
  if (fields['back'] !== undefined) return dashboardPath(fields['back']);
  const form = pathname === '/dashboard/logout' ? undefined : typedForm(req);
  return form === undefined ? '/dashboard' : `/dashboard/again?draft=${drafts.keep(form)}`;
}

/** Pages whose form carries a whole draft, which is too long for an address. */
const DRAFT_PAGE = /^\/dashboard\/(flags\/[^/]+\/(targeting|settings)|segments\/[^/]+)$/;

const draftForm = urlencoded({ extended: false, limit: MAX_DRAFT_BYTES, parameterLimit: 1_000 });

/** Sends a browser without a session to the login page, and from there back to the page it asked for. */
export function createRedirectToLogin(drafts: KeptDrafts): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (!(error instanceof Problem) || error.status !== 401 || !prefersHtml(req)) {
      next(error);
      return;
    }
    const lead = (wanted: string): void =>
      res.redirect(303, wanted === '/dashboard' ? LOGIN : `${LOGIN}?next=${encodeURIComponent(wanted)}`);
    const { pathname, searchParams } = new URL(req.originalUrl, 'http://here.invalid');
    if (req.method === 'GET') {
      lead(req.originalUrl);
    } else if (DRAFT_PAGE.test(pathname) && requestOrigin(req) === 'here') {
      draftForm(req, res, (tooLarge?: unknown) => {
        if (tooLarge === undefined) searchParams.set('draft', drafts.keep(req.body));
        lead(`${pathname}?${searchParams.toString()}`);
      });
    } else {
      draftForm(req, res, () => lead(pageOfForm(req, drafts)));
    }
  };
}
