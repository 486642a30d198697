import type { Request, RequestHandler } from 'express';
import { sdkKeyIn } from '../../auth/credentials.ts';
import { callerEnvironment } from '../../auth/principal.ts';
import { apiEndpoint } from '../../problems/error-handler.ts';
import { hasKnownKey } from './has-known-key.ts';
import { clientSideIdIn } from './path-parameters.ts';
import type { SdkDeps } from './sdk-deps.ts';

/** The middleware that authenticates each kind of SDK. Their responses carry the environment's public ID as `X-LD-EnvID`. */
export interface SdkAuth {
  readonly sdkKey: RequestHandler[];
  readonly mobileKey: RequestHandler[];
  /** The client-side ID in the path. */
  readonly browser: RequestHandler[];
  /** The client-side ID in the query's `auth`, or a mobile key in the header. */
  readonly browserOrMobile: RequestHandler[];
}

export function createSdkAuth({
  identity,
  keys,
  limits,
}: Pick<SdkDeps, 'identity' | 'keys' | 'limits'>): SdkAuth {
  const environmentIdHeader: RequestHandler = (_req, res, next) => {
    const [id] = keys.clientSideIds(callerEnvironment(res));
    if (id !== undefined) res.setHeader('X-LD-EnvID', id);
    next();
  };
  const authentication = (
    keyIn: (req: Request) => string | undefined,
    authenticate: RequestHandler,
  ): RequestHandler[] => [
    apiEndpoint,
    limits.failedKeys(hasKnownKey(keys, keyIn)),
    authenticate,
    environmentIdHeader,
  ];
  const acceptId =
    (idIn: (req: Request) => string): RequestHandler =>
    async (req, res, next) => {
      await identity.acceptClientSideId(idIn(req), res);
      next();
    };
  const requireMobileKey = identity.requireMobileKey();
  const acceptQueryId = acceptId((req) => authIn(req) ?? '');
  return {
    sdkKey: authentication(sdkKeyIn, identity.requireSdkKey()),
    mobileKey: authentication(sdkKeyIn, requireMobileKey),
    browser: authentication(clientSideIdIn, acceptId(clientSideIdIn)),
    browserOrMobile: authentication(
      (req) => authIn(req) ?? sdkKeyIn(req),
      (req, res, next) => (authIn(req) === undefined ? requireMobileKey : acceptQueryId)(req, res, next),
    ),
  };
}

function authIn({ query: { auth } }: Request): string | undefined {
  return typeof auth === 'string' ? auth : undefined;
}
