import type { Request } from 'express';

/** Where this process listens, as the request found it: the crowd goes in by the same way, without leaving the machine. */
export function ownOrigin({ socket }: Pick<Request, 'socket'>): string {
  const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:(?=\d+\.)/, '');
  return `http://${address.includes(':') ? `[${address}]` : address}:${socket.localPort ?? 80}`;
}
