import type { Logger } from '../../shared/logger.ts';
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { Problem } from '../problems/problem.ts';
import { principalOf } from '../auth/principal.ts';
import { WindowStore } from './window-store.ts';

export interface Limit {
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateLimitsOptions {
  readonly now: () => number;
  readonly log: Logger;
  /** Requests of any kind from one address. Default 2,000 in 10 s. */
  readonly perAddress?: Limit;
  /** Requests of any kind with one key. Default 1,000 in 10 s. */
  readonly perKey?: Limit;
  /** Writes with one key. Default 200 in 10 s. */
  readonly writes?: Limit;
  /** Answers 401 to one address, before it gets only 429s. Default 20 in 60 s. */
  readonly failedLogins?: Limit;
  /**
   * Keys of programs that opened nothing, from one address. Default 100 in 60 s: what a page sends with an ID that is
   * gone is four requests, and an office shares an address.
   */
  readonly failedKeys?: Limit;
  /**
   * Polls and evaluations of programs from one address. Default 50,000 in 10 s: 150,000 servers behind one gateway that
   * poll every 30 s. Streams and reports of events are not among them: they have bounds of their own.
   */
  readonly evaluations?: Limit;
}

/**
 * The limits as middleware, each to be put where its question can be answered: `perAddress`, `failedLogins`,
 * `failedKeys` and `evaluations` before authentication, `perKey` and `writes` after it. They set `RateLimit`, `RateLimit-Policy`
 * and `X-RateLimit-*`, save for those of programs; over a limit the answer is 429 `rate_limited` with Retry-After.
 */
export interface RateLimits {
  readonly perAddress: RequestHandler;
  readonly perKey: RequestHandler;
  readonly writes: RequestHandler;
  readonly failedLogins: RequestHandler;
  /** Polls and evaluations by address. SDKs try again after a 429, where most other refusals end them for good. */
  readonly evaluations: RequestHandler;
  /**
   * Before the authentication of SDKs. An address over the limit is refused unless `isKnown` says that the request brings a
   * key that is good: one program with an old key must not shut out its neighbours behind the same address.
   */
  readonly failedKeys: (isKnown: (req: Request) => boolean) => RequestHandler;
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'REPORT']);

export function createRateLimits({
  now,
  log,
  perAddress = { limit: 2_000, windowMs: 10_000 },
  perKey = { limit: 1_000, windowMs: 10_000 },
  writes = { limit: 200, windowMs: 10_000 },
  failedLogins = { limit: 20, windowMs: 60_000 },
  failedKeys = { limit: 100, windowMs: 60_000 },
  evaluations = { limit: 50_000, windowMs: 10_000 },
}: RateLimitsOptions): RateLimits {
  const badKeys = new WindowStore({ windowMs: failedKeys.windowMs, now });
  const counting = (
    name: string,
    { limit, windowMs }: Limit,
    keyGenerator: (req: Request, res: Response) => string,
    skip: (req: Request) => boolean = () => false,
  ): RequestHandler =>
    rateLimit({
      limit,
      windowMs,
      identifier: name,
      keyGenerator,
      skip,
      store: new WindowStore({ windowMs, now }),
      standardHeaders: 'draft-8',
      legacyHeaders: true,
      handler: (_req, _res, next) => {
        next(tooMany(`More than ${limit} ${name} in ${windowMs / 1000} s.`));
      },
      // `trust proxy` is set from the configuration, whatever headers a client makes up.
      validate: { xForwardedForHeader: false, forwardedHeader: false, trustProxy: false },
      logger: {
        error: (error, message) => log.error({ err: error }, message ?? 'rate limit failed'),
        warn: (error, message) => log.warn({ err: error }, message ?? 'rate limit'),
      },
    });

  return {
    perAddress: counting('requests', perAddress, addressOf),
    perKey: counting('requests-with-a-key', perKey, clientOf),
    writes: counting('writes', writes, clientOf, (req) => READS.has(req.method)),
    failedLogins: failures({
      ...failedLogins,
      store: new WindowStore({ windowMs: failedLogins.windowMs, now }),
      isFailure: ({ statusCode }) => statusCode === 401,
    }),
    evaluations: quietly(evaluations, now),
    failedKeys: (isKnown) =>
      failures({ ...failedKeys, store: badKeys, isFailure: openedNothing, isExempt: isKnown }),
  };
}

interface Failures extends Limit {
  readonly store: WindowStore;
  readonly isFailure: (res: Response) => boolean;
  /** Who is let through over the limit. Default: nobody. */
  readonly isExempt?: (req: Request) => boolean;
}

/**
 * Counts only failures, when they have happened: many good requests at once never look like many bad ones. Once over the
 * limit an address gets 429 before anything is checked, so that guessing learns nothing more.
 */
function failures({ limit, windowMs, store, isFailure, isExempt = () => false }: Failures): RequestHandler {
  return (req, res, next) => {
    const address = addressOf(req);
    const failed = store.count(address);
    if (failed !== undefined && failed.hits >= limit && !isExempt(req)) {
      const what = `More than ${limit} failures in ${windowMs / 1000} s from this address.`;
      throw tooMany(what, failed.leftMs);
    }
    res.once('finish', () => {
      if (isFailure(res)) store.hit(address);
    });
    next();
  };
}

/** Says nothing of the limit until it is reached: no SDK reads it, and these answers are the ones given most often. */
function quietly({ limit, windowMs }: Limit, now: () => number): RequestHandler {
  const store = new WindowStore({ windowMs, now });
  return (req, _res, next) => {
    const { hits, leftMs } = store.hit(addressOf(req));
    if (hits > limit) {
      const what = `More than ${limit} polls and evaluations in ${windowMs / 1000} s from this address.`;
      throw tooMany(what, leftMs);
    }
    next();
  };
}

/** A client-side ID that is none is 404; so is a flag that is none, but then somebody was let in. */
function openedNothing(res: Response): boolean {
  return res.statusCode === 401 || (res.statusCode === 404 && principalOf(res) === undefined);
}

/** IPv4 addresses one by one, IPv6 by the /56 that one customer has. */
function addressOf(req: Request): string {
  return ipKeyGenerator(req.ip ?? '', 56);
}

function clientOf(req: Request, res: Response): string {
  const principal = principalOf(res);
  return principal !== undefined && 'keyId' in principal && principal.keyId !== 'anonymous'
    ? principal.keyId
    : addressOf(req);
}

function tooMany(what: string, leftMs?: number): Problem {
  const detail = `${what} Wait for the seconds in Retry-After.`;
  // express-rate-limit has set the header already where it counts.
  const headers =
    leftMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(leftMs / 1000))) };
  return new Problem(429, 'rate_limited', detail, { headers });
}
