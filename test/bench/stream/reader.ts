import { connect, type Socket } from 'node:net';
import { SDK_KEY } from '../../support/sdk-app.ts';
import type { ReaderMessage, ReaderOrder } from './messages.ts';

/** Holds many streams open with bare sockets and notes when the next bytes of each come. */
const say = (message: ReaderMessage): void => void process.send?.(message);
const REQUEST = `GET /all HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${SDK_KEY}\r\nAccept: text/event-stream\r\n\r\n`;
/** At once: more would overflow the queue of connections to accept. */
const CONNECTING = 200;

const sockets: Socket[] = [];
let received: (bigint | undefined)[] = [];

async function connectAll(port: number, streams: number, reading: boolean): Promise<void> {
  const waiting = Array.from({ length: streams }, (_one, place) => place).values();
  await Promise.all(
    Array.from({ length: CONNECTING }, async () => {
      for (const place of waiting) await open(port, place, reading);
    }),
  );
  say({ type: 'connected' });
}

function open(port: number, place: number, reading: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.once('connect', () => socket.write(REQUEST));
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      if (!bytes.toString('latin1').startsWith('HTTP/1.1 200 ')) {
        reject(new Error(`stream ${place} was refused: ${bytes.toString('latin1')}`));
        return;
      }
      socket.off('error', reject).on('error', () => {});
      if (!reading) socket.pause();
      resolve();
    });
    socket.on('data', () => {
      received[place] ??= process.hrtime.bigint();
    });
  });
}

process.on('message', (order: ReaderOrder) => {
  switch (order.type) {
    case 'connect':
      void connectAll(order.port, order.streams, order.reading);
      return;
    case 'arm':
      received = Array.from({ length: sockets.length });
      return;
    case 'report': {
      const delays = received
        .filter((at) => at !== undefined)
        .map((at) => Number(at - BigInt(order.at)) / 1e6);
      say({ type: 'received', delays, missing: sockets.length - delays.length });
      return;
    }
    case 'stop':
      process.exit(0);
  }
});
