import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

/** JSON that is written once and sent to every client, with a tag that only equal bytes share. */
export interface PollResponse {
  readonly body: Buffer;
  readonly etag: string;
  readonly gzip: () => Buffer;
}

export function createPollResponse(json: string): PollResponse {
  const body = Buffer.from(json);
  return {
    body,
    // Of the content, not of a counter: a store that begins again must not reuse a tag for other flags.
    etag: `"${createHash('sha1').update(body).digest('base64url')}"`,
    // For one client and one time: the level that costs about what writing the JSON did.
    gzip: () => gzipSync(body, { level: 1 }),
  };
}

/** The same, compressed at most once: every server of a fleet polls the same flags. */
export function createSharedPollResponse(json: string): PollResponse {
  const response = createPollResponse(json);
  let compressed: Buffer | undefined;
  return { ...response, gzip: () => (compressed ??= gzipSync(response.body)) };
}

/** Below this, compressing costs more than it saves. */
const MIN_GZIP_BYTES = 1_024;

/** 200 with the body, or 304 when the client has it. Never kept on the way: Go's SDK would not ask again. */
export function sendPollResponse(req: Request, res: Response, { body, etag, gzip }: PollResponse): void {
  res.set({ ETag: etag, 'Cache-Control': 'no-cache', 'Content-Type': 'application/json; charset=utf-8' });
  res.vary('Accept-Encoding');
  if (matches(req.headers['if-none-match'], etag)) {
    res.status(304).end();
  } else if (body.length >= MIN_GZIP_BYTES && req.acceptsEncodings('gzip') !== false) {
    // Other bytes than those of the strong tag, with the same meaning.
    res
      .set({ ETag: `W/${etag}`, 'Content-Encoding': 'gzip' })
      .status(200)
      .end(gzip());
  } else {
    res.status(200).end(body);
  }
}

/** RFC 9110, section 13.1.2: a list of tags, compared weakly, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    header.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
  );
}
