import type { Request, RequestHandler } from 'express';
import { apiDoor } from '../guard/errors.ts';
import type { Identity } from '../guard/identity.ts';
import type { Keys } from '../../store/keys.ts';
import { environmentIdHeader } from './environment-id.ts';

/** Who is let in where; each also tells the environment's public ID. */
export interface SdkGuards {
  readonly sdkKey: RequestHandler[];
  readonly mobileKey: RequestHandler[];
  /** The client-side ID in the path. */
  readonly browser: RequestHandler[];
  /** The client-side ID in the query's `auth`, or a mobile key in the header. */
  readonly browserOrMobile: RequestHandler[];
}

export function createSdkGuards(identity: Identity, keys: Pick<Keys, 'clientSideIds'>): SdkGuards {
  const envId = environmentIdHeader(keys);
  const mobileKey = identity.requireMobileKey();
  const guard = (handler: RequestHandler): RequestHandler[] => [apiDoor, handler, envId];
  return {
    sdkKey: guard(identity.requireSdkKey()),
    mobileKey: guard(mobileKey),
    browser: guard(async (req, res, next) => {
      await identity.admitClientSideId(pathParameter(req, 'env'), res);
      next();
    }),
    browserOrMobile: guard(async (req, res, next) => {
      const { auth } = req.query;
      if (typeof auth !== 'string') return mobileKey(req, res, next);
      await identity.admitClientSideId(auth, res);
      next();
      return undefined;
    }),
  };
}

/** A parameter that the route's own pattern has. */
export function pathParameter(req: Request, name: string): string {
  const value = req.params[name];
  if (typeof value !== 'string') throw new Error(`the route of ${req.path} has no parameter ${name}`);
  return value;
}
