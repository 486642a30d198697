import type { ErrorRequestHandler } from 'express';
import { sendJson } from '../middleware/send-json.ts';
import { problemFromError } from '../problems/problem-from-error.ts';

/** A body that cannot be read is an error of the protocol; all other errors are problems, as everywhere. */
export const ofrepErrors: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const problem = problemFromError(error);
  if (res.headersSent || ![400, 415, 422].includes(problem.status)) {
    next(error);
    return;
  }
  const [, key] = /\/evaluate\/flags\/([^/?]+)/.exec(req.path) ?? [];
  sendJson(res, 400, {
    ...(key === undefined ? {} : { key: decodeURIComponent(key) }),
    errorCode: 'PARSE_ERROR',
    errorDetails: problem.message,
  });
};
