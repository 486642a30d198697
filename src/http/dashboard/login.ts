import { Router, type RequestHandler, type Response } from 'express';
import { formText } from '../input/form-field.ts';
import { queryOf } from '../input/parse.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { formBody } from '../input/form-body.ts';
import { safeNext } from '../input/safe-next.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import type { Frame } from '../html/frame.ts';
import { createRenderView } from '../html/render-view.ts';
import { nonceOf } from '../middleware/security-headers.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { DashboardAccess } from './dashboard-access.ts';
import { pageFrame } from './dashboard-views.ts';
import { VIEWS } from './show-page.ts';

const LINK_IS_DEAD =
  'This link has been used already, or has expired. Paste an administrator’s token, or start DJ Toggle again for a new link.';
const TOKEN_IS_WRONG = 'This token is unknown, expired or revoked. Check that all of it was pasted.';

interface LoginViews {
  readonly 'dashboard-login': {
    readonly frame: Frame;
    readonly csrf: string;
    /** Where to go after the login. */
    readonly next: string;
    readonly error: string | undefined;
  };
  readonly [name: string]: object;
}

/** `/dashboard/login` and `/dashboard/logout`. */
export function createLogin(
  {
    auth,
    sessions,
    csrf,
    limits,
    assets,
  }: Pick<DashboardDeps, 'auth' | 'sessions' | 'csrf' | 'limits' | 'assets'>,
  access: DashboardAccess,
): Router {
  const router = Router();
  const render = createRenderView<LoginViews>(VIEWS);
  const show = async (res: Response, status: number, next: string, error?: string): Promise<void> => {
    const page = {
      frame: pageFrame(assets, nonceOf(res), 'Log in'),
      csrf: await csrf.token(res),
      next,
      error,
    };
    res.status(status).type('html').send(render('dashboard-login', page));
  };
  /** With AUTH=off every request is an administrator's. */
  const skipWithoutAuth: RequestHandler = (_req, res, next) => {
    if (auth) next();
    else res.redirect(303, '/dashboard');
  };

  router.get('/login', privateResponse, skipWithoutAuth, limits.failedLogins, async (req, res) => {
    const { token, next: wanted } = queryOf(req);
    const next = nextPath(wanted);
    // A link preview that sends HEAD must not use up the link.
    if (token === undefined || req.method === 'HEAD') await show(res, 200, next);
    else if (await sessions.logInWithToken(token, res)) res.redirect(303, next);
    else await show(res, 401, next, LINK_IS_DEAD);
  });

  router.post(
    '/login',
    privateResponse,
    skipWithoutAuth,
    limits.failedLogins,
    formBody,
    csrf.protect,
    async (req, res) => {
      const next = nextPath(formText(req.body, 'next'));
      const key = formText(req.body, 'token')?.trim() ?? '';
      if (key !== '' && (await sessions.logInWithKey(key, res))) res.redirect(303, next);
      else await show(res, 401, next, TOKEN_IS_WRONG);
    },
  );

  router.post('/logout', ...access.submit, async (req, res) => {
    await sessions.logOut(req, res);
    res.redirect(303, '/dashboard/login');
  });

  router.all('/login', onlyMethods('GET', 'POST'));
  router.all('/logout', onlyMethods('POST'));
  return router;
}

/** A path of this site; by default the list of flags. */
function nextPath(wanted: unknown): string {
  const next = safeNext(wanted);
  return next === '/' ? '/dashboard' : next;
}
