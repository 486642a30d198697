import type { Request, RequestHandler, Response } from 'express';
import { principalOf } from '../auth/principal.ts';
import { Problem } from '../problems/problem.ts';
import { clientAddress } from '../auth/client-address.ts';
import { createWindowCounter, type WindowCounter } from './window-counter.ts';

export interface Limit {
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateLimitsOptions {
  readonly now: () => number;
  /** Whether a request brings an administrator's token that is good. Default: never. */
  readonly isKnownToken?: (req: Request) => boolean;
  /** Requests to the management API from one address. Default 2,000 in 10 s. */
  readonly perAddress?: Limit;
  /** Requests to the management API with one key. Default 1,000 in 10 s. */
  readonly perKey?: Limit;
  /** Writes with one key. Default 200 in 10 s. */
  readonly writes?: Limit;
  /** Responses 401 to one address. Default 20 in 60 s. */
  readonly failedLogins?: Limit;
  /**
   * SDK keys that are not valid, from one address. Default 100 in 60 s: a page sends four requests with an ID that is
   * gone, and an office shares an address.
   */
  readonly failedKeys?: Limit;
  /**
   * Polls and evaluations from one address. Default 50,000 in 10 s: 150,000 servers behind one gateway that poll every
   * 30 s. Streams and events have limits of their own.
   */
  readonly evaluations?: Limit;
}

/**
 * The limits as middleware: `perAddress`, `failedLogins`, `failedKeys` and `evaluations` come before authentication, `perKey`
 * and `writes` after it. A client over a limit gets 429 `rate_limited` with `Retry-After`; the limits of the management API
 * also set `RateLimit`, `RateLimit-Policy` (draft 8) and `X-RateLimit-*`.
 */
export interface RateLimits {
  readonly perAddress: RequestHandler;
  readonly perKey: RequestHandler;
  readonly writes: RequestHandler;
  /** An address over the limit is refused before its key is checked, unless the key is good. */
  readonly failedLogins: RequestHandler;
  /** SDKs try again after a 429; most other refusals stop them for good. */
  readonly evaluations: RequestHandler;
  /** Like `failedLogins`, for SDK keys: one client with an old key must not shut out its neighbours behind one address. */
  readonly failedKeys: (isKnown: (req: Request) => boolean) => RequestHandler;
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'REPORT']);

export function createRateLimits({
  now,
  isKnownToken = () => false,
  perAddress = { limit: 2_000, windowMs: 10_000 },
  perKey = { limit: 1_000, windowMs: 10_000 },
  writes = { limit: 200, windowMs: 10_000 },
  failedLogins = { limit: 20, windowMs: 60_000 },
  failedKeys = { limit: 100, windowMs: 60_000 },
  evaluations = { limit: 50_000, windowMs: 10_000 },
}: RateLimitsOptions): RateLimits {
  const counterOf = ({ windowMs }: Limit): WindowCounter => createWindowCounter(windowMs, now);

  /** Counts requests, and says in the headers how many are left. */
  const counting = (
    name: string,
    limit: Limit,
    nameOf: (req: Request, res: Response) => string,
  ): RequestHandler => {
    const counter = counterOf(limit);
    const policy = `"${name}"; q=${limit.limit}; w=${limit.windowMs / 1000}`;
    return (req, res, next) => {
      const { hits, leftMs } = counter.hit(nameOf(req, res));
      const left = Math.max(0, limit.limit - hits);
      res.append('RateLimit-Policy', policy);
      res.append('RateLimit', `"${name}"; r=${left}; t=${secondsOf(leftMs)}`);
      res.setHeader('X-RateLimit-Limit', limit.limit);
      res.setHeader('X-RateLimit-Remaining', left);
      res.setHeader('X-RateLimit-Reset', Math.ceil((now() + leftMs) / 1000));
      if (hits > limit.limit) throw tooMany(limit, name, leftMs);
      next();
    };
  };

  /** Says nothing of the limit until it is reached: no SDK reads it, and these are the most frequent requests. */
  const countingQuietly = (name: string, limit: Limit): RequestHandler => {
    const counter = counterOf(limit);
    return (req, _res, next) => {
      const { hits, leftMs } = counter.hit(clientAddress(req));
      if (hits > limit.limit) throw tooMany(limit, name, leftMs);
      next();
    };
  };

  const countWrites = counting('writes', writes, clientOf);
  const failedKeyCounter = counterOf(failedKeys);
  return {
    perAddress: counting('requests', perAddress, clientAddress),
    perKey: counting('requests-with-a-key', perKey, clientOf),
    writes: (req, res, next) => (READS.has(req.method) ? next() : countWrites(req, res, next)),
    failedLogins: countingFailures(
      failedLogins,
      counterOf(failedLogins),
      ({ statusCode }) => statusCode === 401,
      isKnownToken,
    ),
    evaluations: countingQuietly('polls and evaluations from this address', evaluations),
    failedKeys: (isKnown) => countingFailures(failedKeys, failedKeyCounter, wasNotAuthenticated, isKnown),
  };
}

/** Counts failures once they have happened: many good requests at once never look like many bad ones. */
const countingFailures =
  (
    limit: Limit,
    counter: WindowCounter,
    isFailure: (res: Response) => boolean,
    isExempt: (req: Request) => boolean,
  ): RequestHandler =>
  (req, res, next) => {
    const address = clientAddress(req);
    const failed = counter.count(address);
    if (failed !== undefined && failed.hits >= limit.limit && !isExempt(req)) {
      throw tooMany(limit, 'failures from this address', failed.leftMs);
    }
    res.once('finish', () => {
      if (isFailure(res)) counter.hit(address);
    });
    next();
  };

/** An unknown client-side ID is 404; so is an unknown flag, but then the client was authenticated. */
function wasNotAuthenticated(res: Response): boolean {
  return res.statusCode === 401 || (res.statusCode === 404 && principalOf(res) === undefined);
}

function clientOf(req: Request, res: Response): string {
  const principal = principalOf(res);
  return principal !== undefined && 'keyId' in principal && principal.keyId !== 'anonymous'
    ? principal.keyId
    : clientAddress(req);
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** 429 `rate_limited`, with `Retry-After`. */
export function tooMany({ limit, windowMs }: Limit, what: string, leftMs: number): Problem {
  const detail = `More than ${limit} ${what} in ${windowMs / 1000} s. Wait for the seconds in Retry-After.`;
  return new Problem(429, 'rate_limited', detail, { headers: { 'retry-after': String(secondsOf(leftMs)) } });
}
