import type { Response } from 'express';

/**
 * Sends JSON that no cache may keep. Express' `res.json` would also compute an ETag, and copy the text into a buffer, which
 * takes longer than an evaluation.
 */
export function sendJson(res: Response, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.statusCode = status;
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}
