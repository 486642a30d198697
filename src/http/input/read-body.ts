import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
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
  const chunks: Buffer[] = [];
  for await (const chunk of bodyChunks(req, limitBytes)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/**
 * The same a chunk at a time: nothing is read from the client before the caller wants it.
 * @throws {Problem} as `readBody` does; a 413 comes after the first `limitBytes`, or a little fewer.
 */
export async function* bodyChunks(req: IncomingMessage, limitBytes: number): AsyncGenerator<Buffer> {
  const decoder = decoderOf(req.headers['content-encoding'])?.();
  const whenGone = (): void => {
    if (!req.complete) decoder?.destroy();
  };
  req.on('close', whenGone);
  const body: Readable = decoder === undefined ? req : req.pipe(decoder);
  let length = 0;
  try {
    // Not destroyed when reading stops early, since that would be the end of the socket.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > limitBytes) throw tooLarge(limitBytes);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    if (!req.complete && req.destroyed) {
      throw new Problem(400, 'bad_request', 'The body ended before it was whole.', { cause });
    }
    const what = 'The body cannot be decompressed as Content-Encoding says.';
    throw new Problem(400, 'bad_encoding', what, { cause });
  } finally {
    req.off('close', whenGone);
    if (decoder !== undefined) req.unpipe(decoder);
    decoder?.destroy();
    // The rest is read and dropped, so that the client gets to read the response.
    req.resume();
  }
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
