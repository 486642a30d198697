import type { Request, Response } from 'express';
import type { KeyRecord, Role } from '../../access/key-record.ts';
import type { Author, EnvironmentRef } from '../../store/store.ts';
import { clientIp } from './client-address.ts';

/** Who sent a request, once it is authenticated. */
export type Principal =
  /** With AUTH=off every request is an administrator's. */
  | { readonly kind: 'anonymous'; readonly name: 'anonymous'; readonly role: 'admin' }
  /** An administrator's token, on the API. */
  | { readonly kind: 'token'; readonly name: string; readonly role: Role; readonly keyId: string }
  /** The same person in the dashboard, by a session's cookie. */
  | {
      readonly kind: 'session';
      readonly name: string;
      readonly role: Role;
      readonly keyId: string;
      /** Names the session without opening it: what CSRF tokens are bound to. */
      readonly sessionDigest: string;
    }
  /** A program with one of an environment's keys. */
  | {
      readonly kind: 'sdk' | 'mobile' | 'client-side-id';
      readonly name: string;
      readonly keyId: string;
      readonly environment: EnvironmentRef;
    };

export const ANONYMOUS: Principal = { kind: 'anonymous', name: 'anonymous', role: 'admin' };

const LOCAL = 'principal';

export function principalOfKey(key: KeyRecord): Principal {
  return key.kind === 'admin'
    ? { kind: 'token', name: key.name, role: key.role, keyId: key.id }
    : { kind: key.kind, name: key.name, keyId: key.id, environment: key.environment };
}

export function setPrincipal(res: Response, principal: Principal): void {
  res.locals[LOCAL] = principal;
}

/** The authenticated caller; undefined before authentication, and on public pages. */
export function principalOf(res: Response): Principal | undefined {
  const principal: Principal | undefined = res.locals[LOCAL];
  return principal;
}

/**
 * The author of a change for the audit log. Default of `via`: how the caller was authenticated.
 * @throws {Error} when the request is not authenticated: such a route must not write
 */
export function authorOf(req: Request, res: Response, via?: Author['via']): Author {
  const principal = principalOf(res);
  if (principal === undefined) throw new Error(`${req.method} ${req.path} is not authenticated`);
  const byKind = principal.kind === 'session' ? 'dashboard' : 'api';
  const address = clientIp(req);
  return { id: principal.name, via: via ?? byKind, ...(address === '' ? {} : { address }) };
}

/** The environment that the SDK key, mobile key or client-side ID of this request belongs to. */
export function callerEnvironment(res: Response): EnvironmentRef {
  const principal = principalOf(res);
  if (principal === undefined || !('environment' in principal)) {
    throw new Error('the request is not authenticated by a key of an environment');
  }
  return principal.environment;
}
