import type { RequestHandler } from 'express';

/** Sets `Cache-Control: private, no-store`: the response depends on who asks. */
export const privateResponse: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store, private');
  res.vary('Cookie');
  next();
};
