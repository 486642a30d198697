import type { Request, RequestHandler } from 'express';
import { apiDoor } from '../problems/errors.ts';
import { sdkKeyIn } from '../auth/credentials.ts';
import { bringsKnownKey } from './shared/known-key.ts';
import { environmentIn } from './shared/path-parameter.ts';
import { environmentIdHeader } from './environment-id.ts';
import type { SdkDeps } from './sdk-deps.ts';

/** Who is let in where; each also tells the environment's public ID. */
export interface SdkGuards {
  readonly sdkKey: RequestHandler[];
  readonly mobileKey: RequestHandler[];
  /** The client-side ID in the path. */
  readonly browser: RequestHandler[];
  /** The client-side ID in the query's `auth`, or a mobile key in the header. */
  readonly browserOrMobile: RequestHandler[];
}

export function createSdkGuards({
  identity,
  keys,
  limits,
}: Pick<SdkDeps, 'identity' | 'keys' | 'limits'>): SdkGuards {
  const envId = environmentIdHeader(keys);
  const mobileKey = identity.requireMobileKey();
  const guard = (keyIn: (req: Request) => string | undefined, handler: RequestHandler): RequestHandler[] => [
    apiDoor,
    limits.failedKeys(bringsKnownKey(keys, keyIn)),
    handler,
    envId,
  ];
  return {
    sdkKey: guard(sdkKeyIn, identity.requireSdkKey()),
    mobileKey: guard(sdkKeyIn, mobileKey),
    browser: guard(environmentIn, async (req, res, next) => {
      await identity.admitClientSideId(environmentIn(req), res);
      next();
    }),
    browserOrMobile: guard(
      (req) => authIn(req) ?? sdkKeyIn(req),
      async (req, res, next) => {
        const auth = authIn(req);
        if (auth === undefined) return mobileKey(req, res, next);
        await identity.admitClientSideId(auth, res);
        next();
        return undefined;
      },
    ),
  };
}

function authIn({ query: { auth } }: Request): string | undefined {
  return typeof auth === 'string' ? auth : undefined;
}
