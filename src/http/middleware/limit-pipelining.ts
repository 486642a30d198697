import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/** Requests of one connection without a response. Browsers and SDKs wait for each response. */
const MAX_OUTSTANDING = 8;

const outstanding = new WeakMap<Socket, number>();

/**
 * Cuts a connection that sends many requests without waiting for responses: a client could queue thousands in a few
 * kilobytes, hang up, and leave the work behind. Comes before everything else.
 */
export const limitPipelining: RequestHandler = (req, res, next) => {
  const { socket } = req;
  if (socket.destroyed) return;
  const count = (outstanding.get(socket) ?? 0) + 1;
  if (count > MAX_OUTSTANDING) {
    socket.destroy();
    return;
  }
  outstanding.set(socket, count);
  res.once('close', () => void outstanding.set(socket, (outstanding.get(socket) ?? 1) - 1));
  next();
};
