import type { Request } from 'express';

/** A parameter that the route's own pattern has. */
export function pathParameter(req: Request, name: string): string {
  const value = req.params[name];
  if (typeof value !== 'string') throw new Error(`the route of ${req.path} has no parameter ${name}`);
  return value;
}

/** The client-side ID in the path. */
export const clientSideIdIn = (req: Request): string => pathParameter(req, 'env');
