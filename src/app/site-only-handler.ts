import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import express from 'express';
import type { Logger } from 'pino';
import type { Assets } from '../http/html/assets.ts';
import { compressResponses } from '../http/middleware/compress-responses.ts';
import { createNonces } from '../http/middleware/create-nonces.ts';
import { inSequence } from '../http/middleware/in-sequence.ts';
import { limitPipelining } from '../http/middleware/limit-pipelining.ts';
import type { Metrics } from '../http/middleware/metrics.ts';
import { observeRequests } from '../http/middleware/observe-requests.ts';
import { requestRules } from '../http/middleware/request-rules.ts';
import { securityHeaders } from '../http/middleware/security-headers.ts';
import { createErrorHandler, notFound } from '../http/problems/error-handler.ts';
import type { Site } from '../http/site/create-site.ts';

interface SiteOnlyHandlerDeps {
  readonly assets: Assets;
  readonly site: Site;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The public site and nothing else: what an audience may reach over the network, also where AUTH is off. */
export function siteOnlyHandler({ assets, site, metrics, log }: SiteOnlyHandlerDeps): RequestListener {
  const app = express();
  app.disable('x-powered-by').set('query parser', 'simple');
  app.use(
    inSequence([
      limitPipelining,
      observeRequests({ log, metrics, now: () => performance.now(), newId: randomUUID }),
      requestRules,
      securityHeaders({ secure: false, newNonce: createNonces() }),
      assets.router,
      compressResponses,
      site.router,
    ]),
  );
  app.use(notFound, createErrorHandler({ log, renderErrorPage: site.renderErrorPage }));
  return app;
}
