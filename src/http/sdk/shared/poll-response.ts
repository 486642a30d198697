import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** JSON that is written once and sent to every client, with a tag that only equal bytes share. */
export interface PollResponse {
  readonly body: Buffer;
  readonly etag: string;
}

export function createPollResponse(json: string): PollResponse {
  const body = Buffer.from(json);
  // Of the content, not of a counter: a store that begins again must not reuse a tag for other flags.
  return { body, etag: `"${createHash('sha1').update(body).digest('base64url')}"` };
}

/** 200 with the body, or 304 when the client has it. Never kept on the way: Go's SDK would not ask again. */
export function sendPollResponse(req: Request, res: Response, { body, etag }: PollResponse): void {
  res.set({ ETag: etag, 'Cache-Control': 'no-cache', 'Content-Type': 'application/json; charset=utf-8' });
  if (matches(req.headers['if-none-match'], etag)) res.status(304).end();
  else res.status(200).end(body);
}

/** RFC 9110, section 13.1.2: a list of tags, compared weakly, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    header.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
  );
}
