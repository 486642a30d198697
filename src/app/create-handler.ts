import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import express from 'express';
import type { Logger } from 'pino';
import type { Assets } from '../http/html/assets.ts';
import { byFirstSegment } from '../http/middleware/by-first-segment.ts';
import { compressResponses } from '../http/middleware/compress-responses.ts';
import { createNonces } from '../http/middleware/create-nonces.ts';
import type { Metrics } from '../http/middleware/metrics.ts';
import { inSequence } from '../http/middleware/in-sequence.ts';
import { limitPipelining } from '../http/middleware/limit-pipelining.ts';
import { refuseOtherOrigins } from '../http/middleware/open-access.ts';
import { warnOfProxies } from '../http/middleware/warn-of-proxies.ts';
import { observeRequests } from '../http/middleware/observe-requests.ts';
import { loopbackHostOnly, requestRules } from '../http/middleware/request-rules.ts';
import { securityHeaders } from '../http/middleware/security-headers.ts';
import { takeTurns } from '../http/middleware/take-turns.ts';
import { errorCodesPage } from '../http/problems/error-codes-page.ts';
import { createErrorHandler, notFound } from '../http/problems/error-handler.ts';
import type { Config } from './config.ts';
import type { Routers } from './create-routers.ts';

export interface CreateHandlerDeps {
  readonly assets: Assets;
  readonly routers: Routers;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What a request passes, in order. */
export function createHandler(
  { auth, publicUrl, trustedProxies }: Pick<Config, 'auth' | 'publicUrl' | 'trustedProxies'>,
  { assets, routers, metrics, log }: CreateHandlerDeps,
): RequestListener {
  const secure = publicUrl?.startsWith('https:') ?? false;
  const { site, sdk, ofrep, api, dashboard } = routers;
  const app = express();
  app.disable('x-powered-by').set('trust proxy', trustedProxies).set('query parser', 'simple');
  const errorCodes = express.Router().get(
    '/docs/errors',
    errorCodesPage((name) => assets.url(name)),
  );
  app.use(
    inSequence([
      limitPipelining,
      takeTurns({ now: () => performance.now() }),
      observeRequests({ log, metrics, now: () => performance.now(), newId: randomUUID }),
      requestRules,
      ...(trustedProxies === 0 ? [warnOfProxies(log)] : []),
      ...(auth ? [] : [loopbackHostOnly, refuseOtherOrigins]),
      securityHeaders({ secure, newNonce: createNonces() }),
      assets.router,
      compressResponses,
      byFirstSegment(new Map([['docs', errorCodes]])),
      sdk,
      ofrep,
      ...api,
      dashboard,
      site.router,
    ]),
  );
  app.use(notFound, createErrorHandler({ log, renderErrorPage: site.renderErrorPage }));
  return app;
}
