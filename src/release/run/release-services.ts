import type { Logger } from '../../shared/logger.ts';
import type { Database } from '../../store/sql/database.ts';
import type { SqlStore } from '../../store/sql/sql-store.ts';
import type { EnvironmentRef } from '../../store/store.ts';
import { createMetricDefinitions } from '../../experiment/metrics/metric-definitions.ts';
import { createForecaster, type Forecaster } from '../forecast/forecaster.ts';
import { guardMetrics, type GuardMetrics } from '../guard/guard-metric.ts';
import { createTemplates, type Templates } from '../plan/templates.ts';
import { createLease } from './lease.ts';
import { createReleaseEngine, type ReleaseEngine } from './release-engine.ts';
import { createReleaseRunner } from './release-runner.ts';
import { createPreparePlan, type PreparePlan } from './prepare-plan.ts';
import { createReleases, type Releases } from './releases.ts';

export interface ReleaseServicesDeps {
  readonly database: Database;
  readonly store: Pick<SqlStore, 'snapshot' | 'changeTogether'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds, by a clock that does not jump. */
  readonly clock: () => number;
  /** How many times faster the time of stages passes: for talks. Default: 1. */
  readonly pace?: () => number;
  readonly newId: () => string;
  readonly log: Logger;
  /** Why another service decides what listeners of a flag get; undefined: this one does. */
  readonly servedElsewhere: (environment: EnvironmentRef, flagKey: string) => string | undefined;
}

/** Releases, whole: what is kept, what decides, and what carries them out. */
export interface ReleaseServices {
  readonly releases: Releases;
  readonly engine: ReleaseEngine;
  /** A plan as it is given, filled in and checked. */
  readonly prepare: PreparePlan;
  /** What guards may watch in an environment, now. */
  metrics(environment: EnvironmentRef): Promise<GuardMetrics>;
  readonly templates: Templates;
  readonly servedElsewhere: ReleaseServicesDeps['servedElsewhere'];
  readonly forecaster: Forecaster;
  /** Looks at once instead of a moment later. */
  wake(): void;
  /** Events were counted: looks at once when a release is under way. */
  onEvents(): void;
  start(): void;
  stop(): Promise<void>;
}

export function createReleaseServices(deps: ReleaseServicesDeps): ReleaseServices {
  const { database, now, clock, log } = deps;
  const definitions = createMetricDefinitions({ database, now });
  const metrics = async (environment: EnvironmentRef): Promise<GuardMetrics> =>
    guardMetrics(await definitions.list(environment));
  const templates = createTemplates({ database, now });
  const releases = createReleases(deps);
  const engine = createReleaseEngine(deps);
  const runner = createReleaseRunner({
    releases,
    engine,
    lease: createLease({ database, clock }),
    clock,
    log,
    ...(deps.pace === undefined ? {} : { pace: deps.pace }),
  });
  return {
    releases,
    engine,
    metrics,
    templates,
    servedElsewhere: deps.servedElsewhere,
    forecaster: createForecaster(clock),
    prepare: createPreparePlan({ ...deps, releases, metrics, templates }),
    wake: () => runner.wake(),
    onEvents: () => {
      if (runner.isWatching()) runner.wake();
    },
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
}
