import type { Request, RequestHandler } from 'express';
import { cors } from '../../middleware/cors.ts';
import { environmentOfClientSideId } from '../shared/client-side-id.ts';
import type { SdkDeps } from '../shared/sdk-deps.ts';

/** What LaunchDarkly's browser SDKs and the OpenFeature providers send and read; by `Date` they judge whether to send debug events. */
const METHODS = ['GET', 'POST', 'REPORT', 'OPTIONS'];
const REQUEST_HEADERS = [
  'Accept-Encoding',
  'Authorization',
  'Cache-Control',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'If-None-Match',
  'X-API-Key',
  'X-LaunchDarkly-Event-Schema',
  'X-LaunchDarkly-Instance-Id',
  'X-LaunchDarkly-Payload-ID',
  'X-LaunchDarkly-Tags',
  'X-LaunchDarkly-User-Agent',
  'X-LaunchDarkly-Wrapper',
];
const EXPOSED_HEADERS = [
  'Date',
  'ETag',
  'Retry-After',
  'X-LD-EnvID',
  'X-LD-FD-Fallback',
  'X-LD-FD-Fallback-TTL',
];

type CorsDeps = Pick<SdkDeps, 'store' | 'keys' | 'settings'>;

/**
 * CORS of what pages ask: the origins that the environment allows. A request that names no environment that there is
 * may be read by all, so that the page sees the 404; keys in headers get the same response wherever they come from.
 */
export function clientCors({ store, keys, settings }: CorsDeps): RequestHandler {
  const handler = cors({
    allowedOrigins(req) {
      const environment = environmentOfClientSideId({ store, keys }, wordsOf(req));
      return environment === undefined ? '*' : settings.environment(environment).allowedOrigins;
    },
    methods: METHODS,
    requestHeaders: REQUEST_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
  });
  return (req, res, next) => {
    // helmet's same-origin default would keep other origins' pages from reading what CORS allows.
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    handler(req, res, next);
  };
}

/** A preflight comes before any route or guard, so the client-side ID is looked for wherever it may stand. */
function wordsOf(req: Request): ReadonlySet<string> {
  const { auth } = req.query;
  const words = new Set(req.path.split('/').map((word) => word.replace(/\.gif$/, '')));
  if (typeof auth === 'string') words.add(auth);
  return words;
}
