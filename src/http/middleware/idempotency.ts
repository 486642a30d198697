import type { Logger } from '../../shared/logger.ts';
import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { IdempotentRequests, KeptAnswer } from '../../store/idempotent-requests.ts';
import { Problem } from '../problems/problem.ts';
import { principalOf } from '../auth/principal.ts';

export interface IdempotencyDeps {
  readonly requests: IdempotentRequests;
  readonly log: Logger;
}

const FORM = /^[\x21-\x7e]{1,255}$/;
const KEPT_HEADERS = ['content-type', 'etag', 'location'];

/**
 * `Idempotency-Key` for POST: a request that is sent again (because its response was lost) is not carried out again; it gets
 * the first response, with `Idempotent-Replayed: true`. Comes after authentication and the reader of the body. Successful
 * responses are kept for a day; a request that failed changed nothing and may be tried again with the same key.
 */
export function idempotency({ requests, log }: IdempotencyDeps): RequestHandler {
  return async (req, res, next) => {
    const key = req.get('idempotency-key');
    if (key === undefined || req.method !== 'POST') {
      next();
      return;
    }
    if (!FORM.test(key)) {
      throw new Problem(400, 'invalid_header', 'Idempotency-Key takes 1 to 255 printable ASCII characters.');
    }
    const client = clientOf(req, res);
    const begun = await requests.begin(client, key, digestOf(req));
    switch (begun.outcome) {
      case 'new':
        keepResponse(res, (answer) =>
          answer === undefined ? requests.forget(client, key) : requests.finish(client, key, answer),
        );
        next();
        return;
      case 'in-progress':
        throw new Problem(
          409,
          'idempotency_in_progress',
          'The first request with this key is still under way.',
          {
            headers: { 'retry-after': '1' },
          },
        );
      case 'mismatch':
        throw new Problem(422, 'idempotency_mismatch', 'This Idempotency-Key was used for another request.');
      case 'done':
        replay(res, begun.answer);
        return;
      default:
        begun satisfies never;
    }
  };

  function keepResponse(res: Response, keep: (answer: KeptAnswer | undefined) => Promise<void>): void {
    let body = '';
    const send = res.send.bind(res);
    res.send = (sent) => {
      if (typeof sent === 'string') body = sent;
      return send(sent);
    };
    // When the handler ends the response, not when the client has it: a response that never arrived is the reason for all
    // this, and a handler goes on although its client left.
    const end = res.end.bind(res);
    Reflect.set(res, 'end', (...args: readonly unknown[]): unknown => {
      keep(answerOf(res, body)).catch((error: unknown) => {
        log.warn({ err: error }, 'a response could not be kept for its Idempotency-Key');
      });
      return Reflect.apply(end, res, args);
    });
  }
}

/** Undefined when it failed. */
function answerOf(res: Response, body: string): KeptAnswer | undefined {
  if (res.statusCode >= 400) return undefined;
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = res.getHeader(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  // What says no-store holds a secret that is shown once.
  const isSecret = String(res.getHeader('cache-control') ?? '').includes('no-store');
  return { status: res.statusCode, headers: Object.fromEntries(headers), body: isSecret ? null : body };
}

function replay(res: Response, { status, headers, body }: KeptAnswer): void {
  if (body === null) {
    throw new Problem(
      409,
      'conflict',
      'This request was carried out already. Its response held a secret that is shown once and not kept.',
    );
  }
  res.status(status).set({ ...headers, 'idempotent-replayed': 'true', 'cache-control': 'no-cache' });
  if (body === '') res.end();
  else res.send(body);
}

function digestOf(req: Request): string {
  return createHash('sha256')
    .update(`${req.method} ${req.originalUrl}\n${JSON.stringify(req.body) ?? ''}`)
    .digest('hex');
}

function clientOf(req: Request, res: Response): string {
  const principal = principalOf(res);
  return principal !== undefined && 'keyId' in principal ? principal.keyId : `address ${req.ip ?? ''}`;
}
