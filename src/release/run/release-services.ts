import type { EventCounter } from '../../events/event-writer.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Database } from '../../store/sql/database.ts';
import type { SqlStore } from '../../store/sql/sql-store.ts';
import type { EnvironmentRef } from '../../store/store.ts';
import { createGuardCounter } from '../guard/guard-counter.ts';
import { type GuardMetrics, metricsFrom, SITE_METRICS } from '../guard/guard-metric.ts';
import { createTemplates, type Templates } from '../plan/templates.ts';
import { createLease } from './lease.ts';
import { createReleaseEngine, type ReleaseEngine } from './release-engine.ts';
import { createReleaseRunner } from './release-runner.ts';
import { createReleases, type Releases } from './releases.ts';

export interface ReleaseServicesDeps {
  readonly database: Database;
  readonly store: Pick<SqlStore, 'snapshot' | 'changeTogether'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds, by a clock that does not jump. */
  readonly clock: () => number;
  readonly newId: () => string;
  readonly log: Logger;
  /** Why another service decides what listeners of a flag get; undefined: this one does. */
  readonly servedElsewhere: (environment: EnvironmentRef, flagKey: string) => string | undefined;
}

/** Releases, whole: what is kept, what decides, and what carries them out. */
export interface ReleaseServices {
  readonly releases: Releases;
  readonly engine: ReleaseEngine;
  readonly metrics: GuardMetrics;
  readonly templates: Templates;
  readonly servedElsewhere: ReleaseServicesDeps['servedElsewhere'];
  /** Looks at once instead of a moment later. */
  wake(): void;
  /** Events were counted: looks at once when a release is under way. */
  onEvents(): void;
  start(): void;
  stop(): Promise<void>;
}

/** What counts for guards. The sink that is given it comes before the services that read what was counted. */
export const siteGuardCounter = (): EventCounter => createGuardCounter(metricsFrom(SITE_METRICS));

export function createReleaseServices(deps: ReleaseServicesDeps): ReleaseServices {
  const { database, now, clock, log } = deps;
  const metrics = metricsFrom(SITE_METRICS);
  const releases = createReleases({ ...deps, metrics });
  const engine = createReleaseEngine({ ...deps, metrics });
  const runner = createReleaseRunner({
    releases,
    engine,
    lease: createLease({ database, clock }),
    clock,
    log,
  });
  return {
    releases,
    engine,
    metrics,
    templates: createTemplates({ database, now }),
    servedElsewhere: deps.servedElsewhere,
    wake: () => runner.wake(),
    onEvents: () => {
      if (runner.isWatching()) runner.wake();
    },
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
}
