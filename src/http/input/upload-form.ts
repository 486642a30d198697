import type { RequestHandler } from 'express';
import { Problem } from '../problems/problem.ts';
import { readBody } from './read-body.ts';

/** Room for the fields beside the file. */
const FIELDS_BYTES = 65_536;

/**
 * Reads a form with a file (`multipart/form-data`) into `req.body`: a field is text, a file `{name, bytes}`.
 * @throws Problem 400 or 413
 */
export function uploadForm(limitBytes: number): RequestHandler {
  return async (req, _res, next) => {
    const type = req.headers['content-type'] ?? '';
    if (!/^multipart\/form-data\s*;/i.test(type)) {
      throw new Problem(415, 'unsupported_media_type', 'Content-Type must be multipart/form-data.');
    }
    const bytes = await readBody(req, limitBytes + FIELDS_BYTES);
    const body = new Map<string, string | { readonly name: string; readonly bytes: Buffer }>();
    for (const [name, value] of await parseForm(bytes, type)) {
      const field =
        typeof value === 'string'
          ? value
          : { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) };
      body.set(name, field);
    }
    req.body = Object.fromEntries(body);
    next();
  };
}

/** By the platform's own parser, that of `fetch`. */
async function parseForm(bytes: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), {
      headers: { 'content-type': type },
    }).formData();
  } catch (error) {
    throw new Problem(400, 'bad_request', 'The form is not valid multipart/form-data.', { cause: error });
  }
}
