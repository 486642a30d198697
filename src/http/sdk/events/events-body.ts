import express, { type RequestHandler } from 'express';
import { problemFromError } from '../../problems/problem-from-error.ts';
import { Problem } from '../../problems/problem.ts';

/** As much as SDKs send at once; after decompression. 413 costs a sender this body and no more. */
const LIMIT_BYTES = 5 * 1024 * 1024;

const read = express.raw({ type: () => true, limit: LIMIT_BYTES });

/**
 * The posted JSON in `req.body`, plain or compressed, whatever Content-Type says.
 * Not read as strictly as the management API's bodies: one strange entry must not cost the others.
 */
export const eventsBody: RequestHandler = (req, res, next) => {
  read(req, res, (error?: unknown) => {
    if (error !== undefined) {
      next(problemFromError(error));
      return;
    }
    try {
      req.body = JSON.parse(Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '');
    } catch (cause) {
      next(new Problem(400, 'malformed_json', 'The body is not JSON.', { cause }));
      return;
    }
    next();
  });
};
