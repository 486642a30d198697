import type { RequestHandler } from 'express';
import { callerEnvironment, principalOf } from '../auth/principal.ts';
import type { SdkDeps } from '../sdk/shared/sdk-deps.ts';

/**
 * Lets in an SDK key (all flags), a mobile key or a client-side ID (the flags that are marked for them), as Bearer or X-API-Key.
 * A page can only have a client-side ID, which is public, so its origin must be one that the environment allows.
 */
export function ofrepAuth({
  settings,
  identity,
}: Pick<SdkDeps, 'settings' | 'identity'>): readonly RequestHandler[] {
  return [
    identity.requireProgramKey(),
    (req, res, next) => {
      if (principalOf(res)?.kind === 'client-side-id') {
        const { allowedOrigins } = settings.environment(callerEnvironment(res));
        if (allowedOrigins !== '*' && !allowedOrigins.includes(req.headers.origin ?? '')) {
          res.removeHeader('Access-Control-Allow-Origin');
        }
      }
      next();
    },
  ];
}
