import type { RequestHandler } from 'express';

/** Nobody else may ever be shown this answer. */
export const privateResponse: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store, private');
  res.vary('Cookie');
  next();
};
