import type { RequestHandler } from 'express';
import { queryOf } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import { LAUNCHDARKLY } from '../dashboard-scope.ts';

/** The pages that show flags of LaunchDarkly. */
const READABLE = /^\/(|who|events|flags\/[^/]+(|\/code|\/live))$/;

/**
 * Refuses what is not for the flags of LaunchDarkly: they are changed in its own dashboard.
 * @throws Problem 403 or 404
 */
export const readOnlyLaunchDarkly: RequestHandler = (req, _res, next) => {
  if (queryOf(req)['project'] === LAUNCHDARKLY.project && req.path !== '/pins') {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      throw new Problem(
        403,
        'forbidden',
        'These flags are LaunchDarkly’s, and are changed in its dashboard. Nothing was changed.',
      );
    }
    if (!READABLE.test(req.path)) {
      throw new Problem(404, 'not_found', 'There is no such page for the flags of LaunchDarkly.');
    }
  }
  next();
};
