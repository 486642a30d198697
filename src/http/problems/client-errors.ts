import type { Logger } from '../../shared/logger.ts';
import { STATUS_CODES } from '../../shared/node-http.ts';
import type { Duplex } from 'node:stream';
import { Problem } from './problem.ts';
import { problemJson } from './problem-body.ts';

/**
 * For the server's `clientError`: what does not parse as HTTP (or does not arrive in time) gets one response, one log line,
 * and the end of its connection. No handler has seen it.
 */
export function createClientErrorHandler(log: Logger): (error: Error, socket: Duplex) => void {
  return (error, socket) => {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    // The client is gone: no response is possible, and there is nothing to log.
    if (code === 'ECONNRESET' || code === 'EPIPE' || !socket.writable) {
      socket.destroy();
      return;
    }
    log.warn({ code }, 'not a request');
    if (hasAnswered(socket)) {
      socket.destroy();
      return;
    }
    const problem = problemOf(code);
    const body = problemJson(problem, '/');
    // A client that keeps its side open would keep the connection for ever.
    socket.once('finish', () => socket.destroy());
    socket.end(
      [
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
        'Connection: close',
        'Cache-Control: no-store',
        'Content-Type: application/problem+json; charset=utf-8',
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  };
}

/** Whether a response is under way on this connection, into which no other must be written. */
function hasAnswered(socket: Duplex): boolean {
  return 'bytesWritten' in socket && typeof socket.bytesWritten === 'number' && socket.bytesWritten > 0;
}

function problemOf(code: string): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'too_many_headers', 'The headers are larger than 16 KB.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'request_timeout', 'The request did not arrive in time.');
    default:
      return new Problem(400, 'bad_request', 'This is not an HTTP/1.1 request.');
  }
}
