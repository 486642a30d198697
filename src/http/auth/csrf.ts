import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Settings } from '../../access/settings.ts';
import { Problem } from '../problems/problem.ts';
import { formField } from '../input/form-field.ts';
import { principalOf } from './principal.ts';
import { requestOrigin } from './request-origin.ts';

export interface CsrfDeps {
  readonly settings: Pick<Settings, 'secrets'>;
  readonly random: (bytes: number) => Buffer;
}

export interface Csrf {
  /** For the hidden field `csrf` of a page's forms; good for this session only. */
  token(res: Response): Promise<string>;
  /**
   * Stands behind the guard and the reader of the form: lets in what was sent from a page of this site and carries
   * `csrf` (or `X-CSRF-Token`) of this session. Reads pass. Throws Problem 403 `csrf`.
   */
  readonly protect: RequestHandler;
}

const NONCE_BYTES = 16;
const TOKEN = /^([\w-]{22})\.([\w-]{43})$/;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Both defences at once: what the browser says of where a form comes from, and a token that only our pages know. */
export function createCsrf({ settings, random }: CsrfDeps): Csrf {
  const verifies = async (token: string, res: Response): Promise<boolean> => {
    const [, nonce, mac] = TOKEN.exec(token) ?? [];
    if (nonce === undefined || mac === undefined) return false;
    const presented = Buffer.from(mac, 'base64url');
    return (await settings.secrets('csrf')).some((secret) =>
      timingSafeEqual(macOf(secret, nonce, sessionOf(res)), presented),
    );
  };
  return {
    token: async (res) => {
      const [secret] = await settings.secrets('csrf');
      const nonce = random(NONCE_BYTES).toString('base64url');
      return `${nonce}.${macOf(secret, nonce, sessionOf(res)).toString('base64url')}`;
    },
    protect: async (req, res, next) => {
      if (SAFE.has(req.method) || (requestOrigin(req) === 'here' && (await verifies(tokenIn(req), res)))) {
        next();
        return;
      }
      throw new Problem(
        403,
        'csrf',
        'This form was not sent from this site, or is too old. Reload the page and send it again.',
      );
    },
  };
}

function macOf(secret: Buffer, nonce: string, session: string): Buffer {
  return createHmac('sha256', secret).update(`csrf ${nonce} ${session}`).digest();
}

/** With AUTH=off there are no sessions; the token then only proves that the form is ours. */
function sessionOf(res: Response): string {
  const principal = principalOf(res);
  return principal?.kind === 'session' ? principal.sessionDigest : 'anonymous';
}

function tokenIn(req: Request): string {
  const token = formField(req.body, 'csrf') ?? req.headers['x-csrf-token'];
  return typeof token === 'string' ? token : '';
}
