import type { ErrorRequestHandler } from 'express';
import { problemFromError } from '../problems/problem-from-error.ts';

/** Bodies that cannot be read are answered in the protocol's words; everything else by the edge, as at every door. */
export const ofrepErrors: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const problem = problemFromError(error);
  if (res.headersSent || ![400, 415, 422].includes(problem.status)) {
    next(error);
    return;
  }
  const [, key] = /\/evaluate\/flags\/([^/?]+)/.exec(req.path) ?? [];
  res
    .status(400)
    .set('Cache-Control', 'no-store')
    .json({
      ...(key === undefined ? {} : { key: decodeURIComponent(key) }),
      errorCode: 'PARSE_ERROR',
      errorDetails: problem.message,
    });
};
