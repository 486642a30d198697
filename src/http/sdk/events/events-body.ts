import type { RequestHandler } from 'express';
import { readBody } from '../../input/read-body.ts';
import { Problem } from '../../problems/problem.ts';

/** The most that SDKs send at once; after decompression. 413 costs a sender this body and no more. */
const LIMIT_BYTES = 5 * 1024 * 1024;

/**
 * The posted JSON in `req.body`, plain or compressed, whatever Content-Type says.
 * Not validated as strictly as the management API's bodies: one strange entry must not cost the others.
 */
export const eventsBody: RequestHandler = async (req, _res, next) => {
  const body = await readBody(req, LIMIT_BYTES);
  try {
    req.body = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new Problem(400, 'malformed_json', 'The body is not JSON.', { cause });
  }
  next();
};
