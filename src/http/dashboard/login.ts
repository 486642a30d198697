import { Router, type RequestHandler, type Response } from 'express';
import { formText } from '../input/form-field.ts';
import { queryOf } from '../input/parse.ts';
import { privateResponse } from '../middleware/private-response.ts';
import { formBody } from '../input/form-body.ts';
import { safeNext } from '../input/safe-next.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import type { RenderView } from '../html/render-view.ts';
import { nonceOf } from '../middleware/security-headers.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { DeskAccess } from './dashboard-access.ts';
import { type DashboardViews, deskFrameOf } from './dashboard-views.ts';

const LINK_IS_DEAD =
  'This link has been used already, or is too old. Paste an administrator’s token, or start DJ Toggle again for a new link.';
const TOKEN_IS_WRONG =
  'That is not a token that opens this desk: it is unknown, expired or revoked. Check that all of it was pasted.';

/** `/dashboard/login` and `/dashboard/logout`. */
export function createLogin(
  {
    auth,
    sessions,
    csrf,
    limits,
    assets,
  }: Pick<DashboardDeps, 'auth' | 'sessions' | 'csrf' | 'limits' | 'assets'>,
  access: DeskAccess,
  render: RenderView<DashboardViews>,
): Router {
  const router = Router();
  const show = async (res: Response, status: number, next: string, error?: string): Promise<void> => {
    const page = {
      frame: deskFrameOf(assets, nonceOf(res), 'Log in'),
      csrf: await csrf.token(res),
      next,
      error,
    };
    res.status(status).type('html').send(render('dashboard-login', page));
  };
  /** Where nobody logs in, everybody is in. */
  const openDoor: RequestHandler = (_req, res, next) => {
    if (auth) next();
    else res.redirect(303, '/dashboard');
  };

  router.get('/login', privateResponse, openDoor, limits.failedLogins, async (req, res) => {
    const { token, next: wanted } = queryOf(req);
    const next = deskPath(wanted);
    // A preview that only looks at the headers must not use the link up.
    if (token === undefined || req.method === 'HEAD') await show(res, 200, next);
    else if (await sessions.logInWithToken(token, res)) res.redirect(303, next);
    else await show(res, 401, next, LINK_IS_DEAD);
  });

  router.post(
    '/login',
    privateResponse,
    openDoor,
    limits.failedLogins,
    formBody,
    csrf.protect,
    async (req, res) => {
      const next = deskPath(formText(req.body, 'next'));
      const key = formText(req.body, 'token')?.trim() ?? '';
      if (key !== '' && (await sessions.logInWithKey(key, res))) res.redirect(303, next);
      else await show(res, 401, next, TOKEN_IS_WRONG);
    },
  );

  // Whoever may see the desk may also leave it.
  router.post('/logout', ...access.watch, formBody, csrf.protect, async (req, res) => {
    await sessions.logOut(req, res);
    res.redirect(303, '/dashboard/login');
  });

  router.all('/login', onlyMethods('GET', 'POST'));
  router.all('/logout', onlyMethods('POST'));
  return router;
}

/** A path of this site; without one, the desk. */
function deskPath(wanted: unknown): string {
  const next = safeNext(wanted);
  return next === '/' ? '/dashboard' : next;
}
