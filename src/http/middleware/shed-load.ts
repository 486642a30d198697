import type { RequestHandler } from 'express';
import { clientAddress } from '../auth/client-address.ts';

export interface ShedLoadOptions {
  /** Milliseconds with fractions; only differences are used. */
  readonly now: () => number;
  /** How long the event loop may have been busy with one round before requests are refused. Default 500 ms. */
  readonly limitMs?: number;
  /** Requests of one address in the same round that are served all the same. Default 100. */
  readonly servedAnyway?: number;
}

export interface ShedLoad {
  readonly handler: RequestHandler;
  readonly close: () => void;
}

const TICK_MS = 20;
const OVERLOADED =
  '{"type":"/docs/errors#overloaded","title":"Too busy for now","status":503,"code":"overloaded","detail":"The service has more requests of this address than it can serve. Try again in a second."}';

/**
 * Answers 503 at once, for a few microseconds of work, when one round of the event loop takes long and an address has sent
 * very many of its requests. An address with few requests is served: a flood from one must not shut out another.
 */
export function shedLoad({ now, limitMs = 500, servedAnyway = 100 }: ShedLoadOptions): ShedLoad {
  let lastTick = now();
  const inRound = new Map<string, number>();
  const timer = setInterval(() => {
    lastTick = now();
    inRound.clear();
  }, TICK_MS);
  timer.unref();
  return {
    handler: (req, res, next) => {
      const address = clientAddress(req);
      const count = (inRound.get(address) ?? 0) + 1;
      inRound.set(address, count);
      if (count <= servedAnyway || now() - lastTick < limitMs) {
        next();
        return;
      }
      res.writeHead(503, {
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Cache-Control': 'no-store',
        'Retry-After': '1',
        Connection: 'close',
      });
      res.end(OVERLOADED);
    },
    close: () => clearInterval(timer),
  };
}
