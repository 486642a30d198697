import type { RequestHandler } from 'express';
import type { Keys } from '../../access/keys.ts';
import { environmentOf } from '../auth/principal.ts';

/** Tells the SDK which environment its key belongs to, by the public ID that browsers use. */
export function environmentIdHeader(keys: Pick<Keys, 'clientSideIds'>): RequestHandler {
  return (_req, res, next) => {
    const [id] = keys.clientSideIds(environmentOf(res));
    if (id !== undefined) res.setHeader('X-LD-EnvID', id);
    next();
  };
}
