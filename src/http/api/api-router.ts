import type { RequestHandler } from 'express';
import { byFirstSegment } from '../middleware/by-first-segment.ts';
import {
  createSharedPollResponse,
  type PollResponse,
  sendPollResponse,
} from '../sdk/shared/poll-response.ts';
import type { ApiDeps } from './api-deps.ts';
import { adminAuditOperations } from './audit/admin-audit.ts';
import { auditOperations } from './audit/audit.ts';
import { contextsOperations } from './contexts/contexts.ts';
import { demoFaultsOperations } from './demo/demo-faults.ts';
import { explainOperations } from './evaluations/explain.ts';
import { usersOperations } from './evaluations/users.ts';
import { experimentsOperations } from './experiments/experiments.ts';
import { metricDefinitionsOperations } from './experiments/metric-definitions.ts';
import { flagsOperations } from './flags/flags.ts';
import { previewOperations } from './flags/preview.ts';
import { healthOperations } from './health/health.ts';
import { keyEventsOperations } from './keys/key-events.ts';
import { keysOperations } from './keys/keys.ts';
import { docsPages } from './openapi/docs-pages.ts';
import { operationsRouter } from './openapi/operations-router.ts';
import { environmentSettingsOperations } from './projects/environment-settings.ts';
import { projectsOperations } from './projects/projects.ts';
import { promoteOperations } from './projects/promote.ts';
import { releaseForecastOperations } from './releases/release-forecast.ts';
import { releaseTemplatesOperations } from './releases/release-templates.ts';
import { slowrollImportOperations } from './releases/slowroll-import.ts';
import { releasesOperations } from './releases/releases.ts';
import { schedulesOperations } from './schedules/schedules.ts';
import { segmentsOperations } from './segments/segments.ts';
import { eventExportOperations } from './transfer/event-export.ts';
import { transferOperations } from './transfer/transfer.ts';
import { webhookDeliveriesOperations } from './webhooks/webhook-deliveries.ts';
import { webhooksOperations } from './webhooks/webhooks.ts';

/** Every operation of the management API, in the order of the document. */
const OPERATIONS = [
  flagsOperations,
  promoteOperations,
  usersOperations,
  contextsOperations,
  explainOperations,
  previewOperations,
  segmentsOperations,
  projectsOperations,
  environmentSettingsOperations,
  auditOperations,
  adminAuditOperations,
  schedulesOperations,
  metricDefinitionsOperations,
  experimentsOperations,
  releaseTemplatesOperations,
  releaseForecastOperations,
  slowrollImportOperations,
  releasesOperations,
  demoFaultsOperations,
  webhooksOperations,
  webhookDeliveriesOperations,
  keyEventsOperations,
  keysOperations,
  transferOperations,
  eventExportOperations,
  healthOperations,
];

/** The management API, its document and the two viewers of it. To be mounted at the root. */
export function createApiRouter(deps: ApiDeps): RequestHandler[] {
  const operations = OPERATIONS.flatMap((operationsWith) => operationsWith(deps));
  // Made when it is first asked for: it takes as long as a quarter of the start.
  let document: Promise<PollResponse> | undefined;
  const makeDocument = async (): Promise<PollResponse> => {
    const { openApiDocument } = await import('./openapi/openapi-document.ts');
    // Hashed and compressed once: a flood of requests for 344 KB must not keep the process busy.
    return createSharedPollResponse(JSON.stringify(openApiDocument(operations, { version: deps.version })));
  };
  const docs = docsPages();
  docs.get('/openapi.json', deps.limits.perAddress, async (req, res) => {
    document ??= makeDocument();
    sendPollResponse(req, res, await document);
  });
  return [
    operationsRouter(operations, deps),
    byFirstSegment(new Map(['docs', 'redoc', 'openapi.json'].map((segment) => [segment, docs]))),
  ];
}
