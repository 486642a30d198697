import type { Request } from 'express';
import { clientAddress } from '../auth/client-address.ts';
import { type Limit, tooMany } from '../middleware/rate-limits.ts';
import { createWindowCounter, type WindowCounter } from '../middleware/window-counter.ts';

export interface WriteLimitsOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Forms from one address: an audience shares one. Default 1,000 in 10 s. */
  readonly perAddress?: Limit;
  /** Forms of one listener. Default 100 in 10 s. */
  readonly perListener?: Limit;
  /** Pages from one address that are recorded; others are served and not counted. Default 5,000 in 10 s. */
  readonly pagesPerAddress?: Limit;
}

/** What listeners, who have no key, may make this process write. */
export interface WriteLimits {
  /** @throws {Problem} 429 `rate_limited` */
  readonly checkForm: (req: Request, listenerKey: string) => void;
  /** Whether a page is recorded. Recording is a row for each new listener, and every page without a cookie is a new listener. */
  readonly recordsPage: (req: Request) => boolean;
}

export function createWriteLimits({
  now,
  perAddress = { limit: 1_000, windowMs: 10_000 },
  perListener = { limit: 100, windowMs: 10_000 },
  pagesPerAddress = { limit: 5_000, windowMs: 10_000 },
}: WriteLimitsOptions): WriteLimits {
  const addresses = createWindowCounter(perAddress.windowMs, now);
  const listeners = createWindowCounter(perListener.windowMs, now);
  const pages = createWindowCounter(pagesPerAddress.windowMs, now);
  return {
    checkForm: (req, listenerKey) => {
      count(addresses, clientAddress(req), perAddress, 'forms from this address');
      count(listeners, listenerKey, perListener, 'forms of this listener');
    },
    recordsPage: (req) => pages.hit(clientAddress(req)).hits <= pagesPerAddress.limit,
  };
}

function count(counter: WindowCounter, client: string, limit: Limit, what: string): void {
  const { hits, leftMs } = counter.hit(client);
  if (hits > limit.limit) throw tooMany(limit, what, leftMs);
}
