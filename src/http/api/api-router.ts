import type { RequestHandler } from 'express';
import type { SeenContexts } from '../../flags/seen-contexts.ts';
import type { Notifier } from '../../webhooks/notifier.ts';
import type { Schedules } from '../../release/schedules.ts';
import type { Keys } from '../../access/keys.ts';
import type { Settings } from '../../access/settings.ts';
import type { EnvironmentRef, Store } from '../../store/store.ts';
import type { Identity } from '../auth/identity.ts';
import type { Metrics } from '../middleware/metrics.ts';
import type { RateLimits } from '../middleware/rate-limits.ts';
import { auditOperations } from './audit/audit.ts';
import { docsPages } from './openapi/docs-pages.ts';
import { environmentSettingsOperations } from './projects/environment-settings.ts';
import { explainOperations } from './evaluations/explain.ts';
import { flagsOperations } from './flags/flags.ts';
import { type ReadinessCheck, healthOperations } from './health/health.ts';
import { keyEventsOperations } from './keys/key-events.ts';
import { keysOperations } from './keys/keys.ts';
import { byFirstSegment } from '../middleware/by-first-segment.ts';
import { openApiDocument } from './openapi/openapi-document.ts';
import type { Operation } from './openapi/operation.ts';
import { operationsRouter } from './openapi/operations-router.ts';
import { previewOperations } from './flags/preview.ts';
import { projectsOperations } from './projects/projects.ts';
import { promoteOperations } from './projects/promote.ts';
import { schedulesOperations } from './schedules/schedules.ts';
import { segmentsOperations } from './segments/segments.ts';
import { transferOperations } from './transfer/transfer.ts';
import { usersOperations } from './evaluations/users.ts';
import { webhookDeliveriesOperations } from './webhooks/webhook-deliveries.ts';
import { webhooksOperations } from './webhooks/webhooks.ts';

export interface ApiDeps {
  readonly store: Store;
  readonly keys: Keys;
  readonly settings: Pick<Settings, 'environment' | 'changeEnvironment'>;
  readonly schedules: Schedules;
  readonly notifier: Notifier;
  readonly seenContexts: SeenContexts;
  readonly identity: Pick<Identity, 'requireRole'>;
  readonly limits: Pick<RateLimits, 'perAddress' | 'failedLogins' | 'perKey' | 'writes' | 'evaluations'>;
  readonly now: () => number;
  /** The program's, as /health says it. */
  readonly version: string;
  /** Besides the store's own: the playlist's, the flag source's. Default: none. */
  readonly readiness?: () => readonly ReadinessCheck[];
  readonly metrics: Pick<Metrics, 'registry'>;
  /** Told of each answer to a user, with the variation's index; null: no variation was served. Default: nobody listens. */
  readonly onEvaluation?: (environment: EnvironmentRef, flagKey: string, variation: number | null) => void;
  /** For POST, behind the guard and the reader of the body. Default: an Idempotency-Key means nothing. */
  readonly idempotency?: RequestHandler;
  /** True: changes and deletes without If-Match are 428. */
  readonly requireIfMatch: boolean;
}

/** Every operation of the management API, in the order of the document. */
export function apiOperations(deps: ApiDeps): readonly Operation[] {
  const {
    store,
    keys,
    settings,
    schedules,
    notifier,
    seenContexts,
    now,
    version,
    metrics,
    onEvaluation = () => {},
    readiness = () => [],
  } = deps;
  return [
    ...flagsOperations({ store }),
    ...promoteOperations({ store }),
    ...usersOperations({ store, seenContexts, onEvaluation }),
    ...explainOperations({ store }),
    ...previewOperations({ store, seenContexts }),
    ...segmentsOperations({ store }),
    ...projectsOperations({ store }),
    ...environmentSettingsOperations({ settings, store }),
    ...auditOperations({ store }),
    ...schedulesOperations({ schedules, store, now }),
    ...webhooksOperations({ notifier }),
    ...webhookDeliveriesOperations({ notifier }),
    ...keyEventsOperations({ keys }),
    ...keysOperations({ keys, store, now }),
    ...transferOperations({ store, now }),
    ...healthOperations({
      version,
      now,
      metrics: () => metrics.registry.metrics(),
      readiness: () => [storeCheck(store), ...readiness()],
    }),
  ];
}

/** The management API, its document and the two viewers of it. To be mounted at the root. */
export function createApiRouter(deps: ApiDeps): RequestHandler[] {
  const operations = apiOperations(deps);
  const document = JSON.stringify(openApiDocument(operations, { version: deps.version }));
  const docs = docsPages();
  docs.get('/openapi.json', deps.limits.perAddress, (_req, res) => void res.type('json').send(document));
  return [
    operationsRouter(operations, {
      identity: deps.identity,
      limits: deps.limits,
      ...(deps.idempotency === undefined ? {} : { idempotency: deps.idempotency }),
      requireIfMatch: deps.requireIfMatch,
    }),
    byFirstSegment(new Map(['docs', 'redoc', 'openapi.json'].map((segment) => [segment, docs]))),
  ];
}

function storeCheck(store: Store): ReadinessCheck {
  const { ready, detail } = store.health();
  return { name: 'store', ok: ready, detail };
}
