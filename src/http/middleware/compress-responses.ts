import { constants } from 'node:zlib';
import compression from 'compression';
import type { RequestHandler } from 'express';

/** Below this, compressing costs more than it saves. */
const THRESHOLD_BYTES = 1_024;

const compress = compression({
  threshold: THRESHOLD_BYTES,
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  filter: (request, response) =>
    !String(response.getHeader('content-type')).startsWith('text/event-stream') &&
    compression.filter(request, response),
});

/**
 * Brotli or gzip for pages, JSON and other text, as the client accepts; never for event streams, whose events must not wait for
 * a full window. No secret is at risk (BREACH): a page's CSRF token is a new one for every response.
 */
export const compressResponses: RequestHandler = (request, response, next) => {
  if (request.headers['accept-encoding'] === undefined) next();
  else compress(request, response, next);
};
