import type { Logger } from '../../shared/logger.ts';
import type { Request, RequestHandler, Response } from 'express';
import { reaches, type Role } from '../../access/key-record.ts';
import type { Keys } from '../../access/keys.ts';
import { DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../store/store.ts';
import { Problem } from '../problems/problem.ts';
import { type Credential, sdkCredential, tokenCredential } from './credentials.ts';
import { ANONYMOUS, authorOf, type Principal, principalOfKey, setPrincipal } from './principal.ts';

/**
 * One way to authenticate a request. `undefined`: no such credential, try the next way.
 * @throws {Problem} 401 when there is such a credential and it is not valid
 */
export type Resolver = (req: Request, res: Response) => Promise<Principal | undefined>;

export interface IdentityDeps {
  /** False with AUTH=off: every request is an administrator's, named `anonymous`. */
  readonly auth: boolean;
  readonly keys: Keys;
  readonly log: Logger;
  /** The environment of SDKs without a key while AUTH=off. Default: `default`/`production`. */
  readonly defaultEnvironment?: EnvironmentRef;
}

export interface Identity {
  /** Administrators' tokens in a header, as the API takes them. */
  readonly byToken: Resolver;
  /** Requires at least this role: else 401 or 403, or 503 when the key cannot be checked. Default resolver: byToken. */
  requireRole(role: Role, resolvers?: readonly Resolver[]): RequestHandler;
  /** Requires an SDK key in Authorization, whose environment `callerEnvironment` returns: else 401, or 503 when the key cannot be checked. */
  requireSdkKey(): RequestHandler;
  requireMobileKey(): RequestHandler;
  /** Any key that programs have: of an SDK, of a mobile app, or a client-side ID in the header. */
  requireProgramKey(): RequestHandler;
  /** The environment of a client-side ID from a path or query; lets it in. Throws Problem 404 when it is certain that there is none, else 503. */
  acceptClientSideId(id: string, res: Response): Promise<EnvironmentRef>;
}

type ProgramKind = 'sdk' | 'mobile' | 'client-side-id';

export function createIdentity({
  auth,
  keys,
  log,
  defaultEnvironment = DEFAULT_ENVIRONMENT,
}: IdentityDeps): Identity {
  const principalOfCredential = async (credential: Credential): Promise<Principal | undefined> => {
    switch (credential.outcome) {
      case 'none':
        return undefined;
      case 'malformed':
        throw new Problem(
          401,
          'invalid_key',
          'The key is not in a form that is read: send Authorization: Bearer <key>, or X-API-Key: <key>.',
          { headers: CHALLENGE },
        );
      case 'presented': {
        const verification = await keys.verify(credential.key);
        switch (verification.outcome) {
          case 'valid':
            return principalOfKey(verification.key);
          case 'invalid':
            throw invalidKey();
          case 'unavailable':
            throw keysUnavailable(verification.retryAfterSeconds);
          default:
            return verification satisfies never;
        }
      }
      default:
        return credential satisfies never;
    }
  };
  const byToken: Resolver = (req) => principalOfCredential(tokenCredential(req));

  const refuse = async (
    req: Request,
    res: Response,
    principal: Principal,
    needed: string,
  ): Promise<never> => {
    const detail = `${req.method} ${req.baseUrl}${req.path} needs ${needed}`;
    if ('keyId' in principal) {
      setPrincipal(res, principal);
      try {
        await keys.events.noteRefused(authorOf(req, res), principal.keyId, detail);
      } catch (error) {
        log.warn({ err: error, keyId: principal.keyId }, 'a refusal could not be written down');
      }
    }
    throw new Problem(403, 'forbidden', `This needs ${needed}; the key given does not reach that far.`);
  };

  const requireRole =
    (role: Role, resolvers: readonly Resolver[] = [byToken]): RequestHandler =>
    async (req, res, next) => {
      if (!auth) {
        setPrincipal(res, ANONYMOUS);
        next();
        return;
      }
      const principal = await firstOf(resolvers, req, res);
      if (principal === undefined) throw unauthorized();
      // A client-side ID is public: it proves nothing, so it is no key at all here.
      if (principal.kind === 'client-side-id') throw invalidKey();
      const reached = 'role' in principal && reaches(principal.role, role);
      if (!reached) await refuse(req, res, principal, `an administrator's token with the role ${role}`);
      setPrincipal(res, principal);
      next();
    };

  const requireProgram =
    (kinds: readonly ProgramKind[]): RequestHandler =>
    async (req, res, next) => {
      const principal = await programOf(req, kinds);
      setPrincipal(res, principal);
      next();
    };
  const programOf = async (req: Request, kinds: readonly ProgramKind[]): Promise<Principal> => {
    const credential = sdkCredential(req);
    if (!auth) {
      // A known key still says which environment is meant.
      const verification = credential.outcome === 'presented' ? await keys.verify(credential.key) : undefined;
      const known = verification?.outcome === 'valid' ? principalOfKey(verification.key) : undefined;
      return known !== undefined && kinds.some((kind) => kind === known.kind)
        ? known
        : { kind: kinds[0] ?? 'sdk', name: 'anonymous', keyId: 'anonymous', environment: defaultEnvironment };
    }
    const principal = await principalOfCredential(credential);
    if (principal === undefined) throw unauthorized();
    if (!kinds.some((kind) => kind === principal.kind)) throw invalidKey();
    return principal;
  };

  return {
    byToken,
    requireRole,
    requireSdkKey: () => requireProgram(['sdk']),
    requireMobileKey: () => requireProgram(['mobile']),
    requireProgramKey: () => requireProgram(['sdk', 'mobile', 'client-side-id']),
    acceptClientSideId: async (id, res) => {
      const verification = await keys.verify(id);
      if (verification.outcome === 'valid' && verification.key.kind === 'client-side-id') {
        setPrincipal(res, principalOfKey(verification.key));
        return verification.key.environment;
      }
      if (!auth) {
        setPrincipal(res, {
          kind: 'client-side-id',
          name: 'anonymous',
          keyId: 'anonymous',
          environment: defaultEnvironment,
        });
        return defaultEnvironment;
      }
      if (verification.outcome === 'unavailable') throw keysUnavailable(verification.retryAfterSeconds);
      throw new Problem(404, 'not_found', 'There is no environment with this client-side ID.');
    },
  };
}

async function firstOf(
  resolvers: readonly Resolver[],
  req: Request,
  res: Response,
): Promise<Principal | undefined> {
  for (const resolve of resolvers) {
    const principal = await resolve(req, res);
    if (principal !== undefined) return principal;
  }
  return undefined;
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="dj-toggle"' };

function unauthorized(): Problem {
  return new Problem(
    401,
    'unauthorized',
    'A key is required: Authorization: Bearer <key>, or X-API-Key: <key>.',
    {
      headers: CHALLENGE,
    },
  );
}

/** The same for every key that opens nothing, whatever is wrong with it. */
function invalidKey(): Problem {
  return new Problem(401, 'invalid_key', 'The key is not valid: it is unknown, expired or revoked.', {
    headers: CHALLENGE,
  });
}

function keysUnavailable(retryAfterSeconds: number): Problem {
  return new Problem(503, 'store_unavailable', 'The key cannot be checked at the moment. Try again.', {
    headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) },
  });
}
