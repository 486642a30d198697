import type { RequestHandler } from 'express';
import type { Keys } from '../../access/keys.ts';
import type { Settings } from '../../access/settings.ts';
import type { Experiments } from '../../experiment/experiments.ts';
import type { MetricDefinitions } from '../../experiment/metrics/metric-definitions.ts';
import type { EvaluationDetail } from '../../evaluation/detail.ts';
import type { Context } from '../../evaluation/model.ts';
import type { SeenContexts } from '../../flags/seen-contexts.ts';
import type { FaultSwitches } from '../../demo/faults.ts';
import type { ReleaseServices } from '../../release/run/release-services.ts';
import type { Schedules } from '../../release/schedules.ts';
import type { Database } from '../../store/sql/database.ts';
import type { EnvironmentRef, Store } from '../../store/store.ts';
import type { Notifier } from '../../webhooks/notifier.ts';
import type { Identity } from '../auth/identity.ts';
import type { Metrics } from '../middleware/metrics.ts';
import type { RateLimits } from '../middleware/rate-limits.ts';
import type { Cursors } from './items/cursors.ts';

/** What the operations of the management API need. */
export interface ApiDeps {
  readonly database: Database;
  readonly store: Store;
  readonly keys: Keys;
  readonly settings: Pick<Settings, 'environment' | 'changeEnvironment' | 'rotateSecrets'>;
  readonly experiments: Experiments;
  readonly metricDefinitions: MetricDefinitions;
  readonly schedules: Schedules;
  readonly releases: ReleaseServices;
  /** Absent: no demo, and nothing of it can be reached. */
  readonly faults?: FaultSwitches;
  readonly notifier: Notifier;
  readonly seenContexts: SeenContexts;
  readonly identity: Pick<Identity, 'requireRole'>;
  readonly limits: RateLimits;
  readonly now: () => number;
  readonly cursors: Cursors;
  /** The program's version, for /health and the document. */
  readonly version: string;
  /** What must be ready besides the store: the playlists, the flag source. */
  readonly readiness: () => readonly ReadinessCheck[];
  readonly metrics: Pick<Metrics, 'registry'>;
  /** Called with each evaluation of a user's flag. */
  readonly onEvaluation: (
    environment: EnvironmentRef,
    flagKey: string,
    detail: EvaluationDetail,
    context: Context,
  ) => void;
  /** Repeats the response of a POST that is sent again. */
  readonly idempotency: RequestHandler;
  /** True: changes and deletions without If-Match are 428. */
  readonly requireIfMatch: boolean;
}

export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  /** One plain sentence. */
  readonly detail: string;
  /** True: without it no request can be served. Default false: the service is degraded, and serves from memory. */
  readonly required?: boolean;
}
