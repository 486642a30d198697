import type { RequestHandler } from 'express';
import { readBody } from '../../input/read-body.ts';
import { Problem } from '../../problems/problem.ts';

/** After decompression: what an SDK sends with its default queue of 10,000 events, with contexts of some kilobytes. */
const LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * The posted JSON in `req.body`, plain or compressed, whatever Content-Type says. Not validated as strictly as the
 * management API's bodies: one strange entry must not cost the others. A body over the limit is dropped with 202
 * and `X-Events-Dropped`: after a 413 some SDKs stop sending events for good.
 */
export const eventsBody: RequestHandler = async (req, res, next) => {
  let body: Buffer;
  try {
    body = await readBody(req, LIMIT_BYTES);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 413) throw error;
    res.status(202).set({ Connection: 'close', 'X-Events-Dropped': error.message }).end();
    return;
  }
  try {
    req.body = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new Problem(400, 'malformed_json', 'The body is not JSON.', { cause });
  }
  next();
};
