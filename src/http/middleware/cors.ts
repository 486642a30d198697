import type { Request, RequestHandler } from 'express';

export interface CorsOptions {
  /** The origins whose pages may read these responses: `*`, or whole origins. `undefined`: none. */
  readonly allowedOrigins: (req: Request) => '*' | readonly string[] | undefined;
  readonly methods: readonly string[];
  readonly requestHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
}

const MAX_AGE_SECONDS = 300;

/**
 * CORS for one router: origins are compared whole (scheme, host and port), credentials are never allowed, and preflights end
 * here. It comes before authentication, since pages must be able to read the errors too. A router without it has no CORS.
 */
export function cors({
  allowedOrigins,
  methods,
  requestHeaders,
  exposedHeaders,
}: CorsOptions): RequestHandler {
  const preflight = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': requestHeaders.join(', '),
    'access-control-max-age': String(MAX_AGE_SECONDS),
  };
  const exposed = exposedHeaders.join(', ');
  return (req, res, next) => {
    const allowed = allowedOrigins(req);
    const origin = req.headers.origin;
    if (allowed !== undefined && allowed !== '*') res.vary('Origin');
    const allowedOrigin = allowed === '*' ? '*' : allowed?.find((one) => one === origin);
    if (allowedOrigin !== undefined) {
      res.set({ 'access-control-allow-origin': allowedOrigin, 'access-control-expose-headers': exposed });
    }
    if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) {
      next();
      return;
    }
    res
      .status(204)
      .set(allowedOrigin === undefined ? {} : preflight)
      .end();
  };
}

/** Whether a text is an origin as browsers send it, fit for a list of allowed ones. A star in it would look like a pattern, and be none. */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text) || text.includes('*')) return false;
  const { protocol, origin } = new URL(text);
  return /^https?:$/.test(protocol) && origin === text;
}
