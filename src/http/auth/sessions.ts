import type { Request, Response } from 'express';
import {
  createDashboardSessions,
  type NewSession,
  SESSION_LIFE_MS,
} from '../../access/dashboard-sessions.ts';
import { isLive } from '../../access/key-record.ts';
import type { Keys } from '../../access/keys.ts';
import type { Settings } from '../../access/settings.ts';
import { StoreUnavailableError } from '../../store/store.ts';
import type { Database } from '../../store/sql/database.ts';
import type { Resolver } from './identity.ts';
import type { Principal } from './principal.ts';
import { readPrivateCookie, writePrivateCookie } from './private-cookie.ts';
import { createCookieSigner } from './signed-cookie.ts';

export interface SessionsDeps {
  readonly database: Database;
  readonly keys: Pick<Keys, 'get' | 'verify' | 'list'>;
  readonly settings: Pick<Settings, 'secrets'>;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  /** Behind https. */
  readonly secure: boolean;
}

/** Who is logged in to the dashboard. All throw StoreUnavailableError when they need the database and it is not available. */
export interface Sessions {
  /** `/dashboard/login?token=…`: logs in once, within a day. Default: as the oldest live administrator. */
  loginPath(keyId?: string): Promise<string>;
  /** Takes the token of a link; false when it opens nothing. Sets the cookie. */
  logInWithToken(token: string, res: Response): Promise<boolean>;
  /** Takes an administrator's token itself; false when it opens nothing. Sets the cookie. */
  logInWithKey(key: string, res: Response): Promise<boolean>;
  logOut(req: Request, res: Response): Promise<void>;
  /** For `identity.requireRole(role, [sessions.byCookie])`: a cookie that opens nothing is none. */
  readonly byCookie: Resolver;
}

const NAME = 'djt-session';

export function createSessions({ database, keys, settings, now, random, secure }: SessionsDeps): Sessions {
  const sessions = createDashboardSessions({ database, keys, now, random });
  const signer = async () => createCookieSigner(await settings.secrets('session'));

  const admit = async (made: NewSession | undefined, res: Response): Promise<boolean> => {
    if (made === undefined) return false;
    const value = (await signer()).sign(NAME, made.secret);
    writePrivateCookie(res, { name: NAME, value, maxAgeSeconds: SESSION_LIFE_MS / 1000, secure });
    return true;
  };
  /** The secret in the cookie, once its signature holds: a made-up cookie never reaches the database. */
  const secretIn = async (req: Request): Promise<string | undefined> => {
    const value = readPrivateCookie(req, { name: NAME, secure });
    return value === undefined ? undefined : (await signer()).verify(NAME, value)?.payload;
  };

  return {
    loginPath: async (keyId) => {
      const id = keyId ?? oldestAdministrator(keys, now());
      if (id === undefined) throw new Error('there is no live administrator to log in as');
      return `/dashboard/login?token=${await sessions.createLoginToken(id)}`;
    },
    // A HEAD is a mail program or a chat looking what the link is; it must not use it up.
    logInWithToken: async (token, res) =>
      res.req.method !== 'HEAD' && admit(await sessions.redeem(token), res),
    logInWithKey: async (key, res) => {
      const verification = await keys.verify(key);
      if (verification.outcome === 'unavailable') {
        throw new StoreUnavailableError('the key cannot be checked', verification.retryAfterSeconds);
      }
      if (verification.outcome === 'invalid') return false;
      return admit(await sessions.begin(verification.key.id), res);
    },
    logOut: async (req, res) => {
      const secret = await secretIn(req);
      writePrivateCookie(res, { name: NAME, value: '', maxAgeSeconds: 0, secure });
      if (secret !== undefined) await sessions.end(secret);
    },
    byCookie: async (req): Promise<Principal | undefined> => {
      const secret = await secretIn(req);
      const session = secret === undefined ? undefined : await sessions.find(secret);
      if (session === undefined) return undefined;
      const { key, digest } = session;
      return { kind: 'session', name: key.name, role: key.role, keyId: key.id, sessionDigest: digest };
    },
  };
}

function oldestAdministrator(keys: Pick<Keys, 'list'>, now: number): string | undefined {
  return keys.list().find((key) => key.kind === 'admin' && key.role === 'admin' && isLive(key, now))?.id;
}
