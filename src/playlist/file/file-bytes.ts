import { closeSync, fstatSync, openSync, readSync, constants } from 'node:fs';

const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of a regular file, a chunk at a time; each chunk is only valid until the next.
 * @throws what the file system throws, and an Error for what is not a regular file.
 */
export function* fileBytes(file: string): Generator<Buffer> {
  // Without O_NONBLOCK opening a FIFO would wait for a writer for ever.
  const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(handle).isFile()) throw new Error('not a regular file');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const length = readSync(handle, chunk, 0, chunk.length, null);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(handle);
  }
}

/** UTF-8 without its byte-order mark; what is not UTF-8 becomes U+FFFD. */
export function* decodeText(chunks: Iterable<Uint8Array>, encoding = 'utf-8'): Generator<string> {
  const decoder = new TextDecoder(encoding);
  for (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
