import type { RequestHandler } from 'express';
import { Problem } from '../problems/problem.ts';
import type { ErrorCode } from '../problems/error-codes.ts';

const MAX_HEADERS = 100;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Refuses what Node's parser lets through and no router should see. Comes before everything else. */
export const requestRules: RequestHandler = (req, _res, next) => {
  if (req.rawHeaders.length / 2 > MAX_HEADERS) {
    throw closing(431, 'too_many_headers', `A request may have ${MAX_HEADERS} headers.`);
  }
  // Of two, two proxies could each believe another one; HTTP/1.0 knew none.
  const hosts = req.headersDistinct['host']?.length ?? 0;
  if (hosts > 1 || (hosts === 0 && req.httpVersion !== '1.0')) {
    throw closing(400, 'bad_request', 'A request has exactly one Host header.');
  }
  // The server itself responds to 100-continue before any handler runs.
  const expectation = req.headers.expect;
  if (expectation !== undefined && expectation.toLowerCase() !== '100-continue') {
    throw closing(417, 'expectation_failed', 'Expect may only be 100-continue.');
  }
  // It would echo what a browser's scripts must not read; CONNECT never gets this far.
  if (req.method === 'TRACE') {
    throw new Problem(405, 'method_not_allowed', 'TRACE is not offered.', {
      headers: { allow: 'GET, HEAD, POST, PUT, DELETE, OPTIONS' },
    });
  }
  if (req.path.includes('%')) {
    try {
      decodeURIComponent(req.path);
    } catch (error) {
      throw new Problem(400, 'bad_path_encoding', 'The path is not valid percent-encoded UTF-8.', {
        cause: error,
      });
    }
  }
  next();
};

/**
 * For AUTH=off, where every request is an administrator's: a page of another site could reach it through a name
 * of its own that points to 127.0.0.1 (DNS rebinding), so only loopback names are served.
 */
export const loopbackHostOnly: RequestHandler = (req, _res, next) => {
  if (!LOOPBACK.test(req.headers.host ?? '')) {
    throw new Problem(403, 'forbidden', 'With AUTH=off the Host must be localhost, 127.0.0.1 or [::1].');
  }
  next();
};

/**
 * The last handler of a known path: `route.all(onlyMethods('GET', 'POST'))` responds to OPTIONS with 204 and to anything else
 * with 405, both with Allow.
 */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  const allowed = new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']);
  const allow = [...allowed].join(', ');
  return (req, res) => {
    if (req.method === 'OPTIONS') {
      res.status(204).set({ allow }).end();
      return;
    }
    throw new Problem(405, 'method_not_allowed', `${req.method} is not offered here; ${allow} are.`, {
      headers: { allow },
    });
  };
}

function closing(status: number, code: ErrorCode, detail: string): Problem {
  return new Problem(status, code, detail, { headers: { connection: 'close' } });
}
