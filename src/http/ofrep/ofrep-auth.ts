import type { RequestHandler } from 'express';
import { sdkCredential } from '../auth/credentials.ts';
import { environmentOfClientSideId } from '../sdk/shared/client-side-id.ts';
import type { SdkDeps } from '../sdk/shared/sdk-deps.ts';

/**
 * Lets in an SDK key (all flags), a mobile key or a client-side ID (the flags that are marked for them), as Bearer or X-API-Key.
 * A page can only have a client-side ID, which is public, so its origin must be one that the environment allows.
 */
export function ofrepAuth({
  store,
  keys,
  settings,
  identity,
}: Pick<SdkDeps, 'store' | 'keys' | 'settings' | 'identity'>): RequestHandler {
  const requireKey = identity.requireSdkOrMobileKey();
  return async (req, res, next) => {
    const credential = sdkCredential(req);
    const words = new Set(credential.outcome === 'presented' ? [credential.key] : []);
    const environment = environmentOfClientSideId({ store, keys }, words);
    if (credential.outcome !== 'presented' || environment === undefined) return requireKey(req, res, next);
    await identity.acceptClientSideId(credential.key, res);
    const { allowedOrigins } = settings.environment(environment);
    if (allowedOrigins !== '*' && !allowedOrigins.includes(req.headers.origin ?? '')) {
      res.removeHeader('Access-Control-Allow-Origin');
    }
    next();
    return undefined;
  };
}
