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
      const environment = environmentOfClientSideId({ store, keys }, candidateIds(req));
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

/**
 * A preflight comes before any route or authentication, so the client-side ID is looked for where authentication will:
 * in `auth` for the second protocol, in the path for the first. An ID in the other place counts for nothing.
 */
function candidateIds(req: Request): ReadonlySet<string> {
  const { auth } = req.query;
  if (/^\/sdk\/(?:poll|stream)\//.test(`${req.baseUrl}${req.path}`))
    return new Set(typeof auth === 'string' ? [auth] : []);
  return new Set(`${req.baseUrl}${req.path}`.split('/').map((word) => word.replace(/\.gif$/, '')));
}
