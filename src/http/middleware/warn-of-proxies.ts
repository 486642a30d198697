import type { RequestHandler } from 'express';
import type { Logger } from '../../shared/logger.ts';

/**
 * Says once that a proxy seems to be in front that TRUSTED_PROXIES does not count: all clients then share one address, and
 * with it every limit by address.
 */
export function warnOfProxies(log: Logger): RequestHandler {
  let hasWarned = false;
  return (req, _res, next) => {
    if (!hasWarned && req.headers['x-forwarded-for'] !== undefined) {
      hasWarned = true;
      log.warn(
        {},
        'X-Forwarded-For came, and TRUSTED_PROXIES is 0: all clients count as one address. Behind a proxy set TRUSTED_PROXIES to how many there are.',
      );
    }
    next();
  };
}
