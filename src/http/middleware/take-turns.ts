import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { clientAddress } from '../auth/client-address.ts';

export interface TakeTurnsOptions {
  /** Milliseconds with fractions; only differences are used. */
  readonly now: () => number;
  /** How long requests are begun before the event loop looks at its sockets again. Default 10 ms. */
  readonly turnMs?: number;
  /** Requests of one address that may wait; those above it get 503. Default 4000. */
  readonly mostWaiting?: number;
}

interface Waiting {
  readonly req: Request;
  readonly begin: () => void;
}

const OVERLOADED =
  '{"type":"/docs/errors#overloaded","title":"Too busy for now","status":503,"code":"overloaded","detail":"The service has more requests of this address than it can serve. Try again in a second."}';

/**
 * When requests come faster than they are begun, addresses take turns, one request each, so that a flood from one does not
 * shut out another. Between turns the event loop looks at its sockets: a request whose client has hung up by the time that
 * its turn comes costs nothing.
 */
export function takeTurns({ now, turnMs = 10, mostWaiting = 4_000 }: TakeTurnsOptions): RequestHandler {
  /** By address; the first is the one whose turn is next. */
  const waiting = new Map<string, Waiting[]>();
  /** Undefined until somebody comes. */
  let turnEndsAt: number | undefined;

  const beginTurn = (): number => {
    setImmediate(endTurn);
    turnEndsAt = now() + turnMs;
    return turnEndsAt;
  };
  const endTurn = (): void => {
    turnEndsAt = undefined;
    if (waiting.size === 0) return;
    for (const endsAt = beginTurn(); waiting.size > 0 && now() < endsAt;) beginNext();
  };
  const beginNext = (): void => {
    for (const [address, queue] of waiting) {
      waiting.delete(address);
      const next = queue.shift();
      if (queue.length > 0) waiting.set(address, queue);
      if (next !== undefined && !next.req.socket.destroyed) next.begin();
      return;
    }
  };

  return (req, res, next) => {
    if (waiting.size === 0 && now() < (turnEndsAt ?? beginTurn())) {
      next();
      return;
    }
    const address = clientAddress(req);
    const queue = waiting.get(address) ?? [];
    if (queue.length >= mostWaiting) {
      refuse(res);
      return;
    }
    waiting.set(address, queue);
    queue.push({ req, begin: () => beginWith(next) });
  };
}

/** What is thrown here would otherwise end the program: no handler of Express is above it. */
function beginWith(next: NextFunction): void {
  try {
    next();
  } catch (error) {
    next(error);
  }
}

function refuse(res: Response): void {
  res.writeHead(503, {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
    'Retry-After': '1',
    Connection: 'close',
  });
  res.end(OVERLOADED);
}
