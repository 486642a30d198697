import type { NextFunction, RequestHandler } from 'express';

/**
 * Several handlers as one. Express looks up, wraps and calls each handler that it knows of, which for the twenty before a
 * response costs more than what most of them do.
 *
 * @example
 * router.post('/evaluate', inSequence([limits.evaluations, auth, evaluate]));
 */
export function inSequence(handlers: readonly RequestHandler[]): RequestHandler {
  return (req, res, next) => {
    let index = 0;
    const callNext = (error?: unknown): void => {
      const handler = handlers[index];
      index += 1;
      // Also `next('route')`, which is Express' to interpret.
      if (error !== undefined && error !== null) next(error);
      else if (handler === undefined) next();
      else {
        const pending: unknown = handler(req, res, callNext);
        // What is thrown at once reaches Express, or the promise of the handler that called this one.
        if (pending instanceof Promise) void passOnRejection(pending, next);
      }
    };
    callNext();
  };
}

async function passOnRejection(pending: Promise<unknown>, next: NextFunction): Promise<void> {
  try {
    await pending;
  } catch (error) {
    next(error);
  }
}
