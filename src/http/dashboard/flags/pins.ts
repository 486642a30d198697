import { Router, type Request } from 'express';
import { PLAYLIST_FLAG } from '../../html/playlist-flag.ts';
import { readPrivateCookie, writePrivateCookie } from '../../auth/private-cookie.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import { pinForm } from '../forms.ts';
import { dashboardPath } from '../dashboard-scope.ts';

const COOKIE = 'pins';
const MAX_PINS = 6;
const MAX_AGE_SECONDS = 365 * 86_400;

/** The flags whose cards stand above this browser's list. Default: the site's own flag. */
export function pinnedFlags(req: Request): readonly string[] {
  const value = readPrivateCookie(req, { name: COOKIE, secure: req.secure });
  return value === undefined ? [PLAYLIST_FLAG] : value.split(',').filter(Boolean).slice(0, MAX_PINS);
}

/** `POST /dashboard/pins`: pins a flag, or unpins it. */
export function createPins(access: Pick<DashboardAccess, 'submit'>): Router {
  const router = Router();
  router.post('/pins', ...access.submit, (req, res) => {
    const { data: form } = pinForm.safeParse(req.body);
    if (form !== undefined) {
      const others = pinnedFlags(req).filter((key) => key !== form.key);
      const pins = form.pin === 'on' ? [form.key, ...others].slice(0, MAX_PINS) : others;
      const value = pins.join(',');
      writePrivateCookie(res, { name: COOKIE, value, maxAgeSeconds: MAX_AGE_SECONDS, secure: req.secure });
    }
    res.redirect(303, dashboardPath(form?.back));
  });
  router.all('/pins', onlyMethods('POST'));
  return router;
}
