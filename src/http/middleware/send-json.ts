import type { Response } from 'express';

/**
 * Sends JSON that no cache may keep. Express' `res.json` would also compute an ETag, and copy the text into a buffer, which
 * takes longer than an evaluation.
 */
export function sendJson(res: Response, status: number, body: unknown): void {
  res.statusCode = status;
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  // Node sets the length of a body that is sent whole.
  res.end(JSON.stringify(body));
}
