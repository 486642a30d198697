import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Problem } from '../problems/problem.ts';

const DECODERS: Readonly<Record<string, (() => Transform) | null>> = {
  identity: null,
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The body of a request, decompressed as `Content-Encoding` says.
 *
 * @param limitBytes Of the body after decompression. What is over it is not kept in memory.
 * @throws {Problem} 400 `bad_encoding` or `bad_request`, 413 `payload_too_large`, 415 `unsupported_encoding`
 */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) {
    req.resume();
    throw tooLarge(limitBytes);
  }
  const decoder = decoderOf(req.headers['content-encoding']);
  const body = decoder === null ? req : req.pipe(decoder());
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const stop = (problem: Problem): void => {
    body.removeAllListeners('data');
    req.unpipe();
    // The rest is read and dropped, so that the client gets to read the response.
    req.resume();
    if (body !== req) body.destroy();
    reject(problem);
  };
  body.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > limitBytes) stop(tooLarge(limitBytes));
    else chunks.push(chunk);
  });
  body.on('end', () => {
    resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
  });
  // A request whose client is gone closes without being complete: see below.
  req.on('error', () => {});
  if (body !== req) {
    body.on('error', (cause) => {
      const what = 'The body cannot be decompressed as Content-Encoding says.';
      stop(new Problem(400, 'bad_encoding', what, { cause }));
    });
  }
  req.on('close', () => {
    if (!req.complete) stop(new Problem(400, 'bad_request', 'The body ended before it was whole.'));
  });
  return promise;
}

/** @throws {Problem} 415 `unsupported_encoding` */
function decoderOf(header: string | undefined): (() => Transform) | null {
  const encoding = (header ?? 'identity').toLowerCase();
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (decoder !== undefined) return decoder;
  throw new Problem(
    415,
    'unsupported_encoding',
    `Content-Encoding must be gzip, deflate, br or absent; it was ${encoding}.`,
  );
}

function tooLarge(limitBytes: number): Problem {
  // The rest of the body is not worth reading, so the connection cannot be used again.
  return new Problem(413, 'payload_too_large', `The body is larger than ${limitBytes} bytes.`, {
    headers: { connection: 'close' },
  });
}
