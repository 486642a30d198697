import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { clientIp } from '../auth/client-address.ts';
import { principalOf } from '../auth/principal.ts';
import { loggablePath } from './loggable-path.ts';
import type { Metrics } from './metrics.ts';

export interface ObserveRequestsDeps {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'observeRequest'>;
  /** Milliseconds with fractions; only differences are used. */
  readonly now: () => number;
  /** A random id for each request. */
  readonly newId: () => string;
}

/**
 * The first middleware: an id, a log line and a duration for each request. The id is our own, sent as `X-Request-Id`: one
 * chosen by the client could forge log lines. A stream gets its line when it opens and no duration, and nothing of this
 * stays in memory while it is open.
 */
export function observeRequests({ log, metrics, now, newId }: ObserveRequestsDeps): RequestHandler {
  // The fields below hold no headers, so the search for headers to redact would be for nothing.
  const requestLog = log.child({}, { redact: [] });
  return (req, res, next) => {
    const requestId = newId();
    const startedAt = now();
    res.setHeader('x-request-id', requestId);
    res.once('close', () => {
      const durationMs = now() - startedAt;
      if (res.writableFinished) metrics.observeRequest(req, res.statusCode, durationMs);
      const level = res.statusCode >= 500 ? 'error' : 'info';
      if (!requestLog.isLevelEnabled(level)) return;
      const message = res.writableFinished || res.statusCode >= 500 ? 'request' : 'request aborted';
      requestLog[level](lineOf(req, res, requestId, durationMs), message);
    });
    res.once('stream', () => {
      requestLog.info(
        { requestId, method: req.method, path: loggablePath(req.originalUrl), address: clientIp(req) },
        'stream',
      );
    });
    next();
  };
}

function lineOf(req: Request, res: Response, requestId: string, durationMs: number): object {
  const principal = principalOf(res);
  return {
    requestId,
    method: req.method,
    path: loggablePath(req.originalUrl),
    status: res.statusCode,
    ms: Math.round(durationMs),
    address: clientIp(req),
    ...(principal !== undefined && 'keyId' in principal ? { keyId: principal.keyId } : {}),
  };
}
