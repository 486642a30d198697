import type { RequestHandler } from 'express';

/**
 * Gives every request an id of our own, on `req.id` and in `X-Request-Id`: a client's could forge log lines, or hide
 * among others'.
 */
export function requestIds(newId: () => string): RequestHandler {
  return (req, res, next) => {
    const id = newId();
    req.id = id;
    res.setHeader('x-request-id', id);
    next();
  };
}
