import type { Response } from 'express';

/** Ends the response with a text whose length is known, so that it is encoded once and not sent in chunks. No ETag is made. */
export function sendBody(response: Response, contentType: string, text: string): void {
  const body = Buffer.from(text);
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

/** The same for a text that is all ASCII, whose bytes are its characters. */
export function sendAscii(response: Response, contentType: string, text: string): void {
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', text.length);
  response.end(text, 'latin1');
}
