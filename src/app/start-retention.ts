import { join } from 'node:path';
import type { Logger } from 'pino';
import { eventRetentionRules } from '../events/event-retention.ts';
import { unitRetentionRules } from '../experiment/counting/unit-retention.ts';
import { listenerRetentionRules } from '../release/guard/unit-retention.ts';
import { createAuditArchiver } from '../store/retention/audit-archiver.ts';
import { logRetentionRules } from '../store/retention/log-retention.ts';
import { createRetentionRunner } from '../store/retention/retention-runner.ts';
import type { RetentionRule } from '../store/retention/sweep.ts';
import type { Database } from '../store/sql/database.ts';
import type { Config } from './config.ts';
import type { Disposables } from './disposables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Deletes what is kept no longer, and moves old entries of the audit log into files. */
export function startRetention(
  config: Config,
  database: Database,
  log: Logger,
  disposables: Disposables,
): void {
  const now = Date.now;
  const retention = createRetentionRunner({ database, rules: retentionRules(config), now, log });
  retention.start();
  disposables.push(() => retention.stop());
  if (config.auditRetentionDays === undefined) return;
  const folder = join(config.dataDir, 'audit-archive');
  const keptMs = config.auditRetentionDays * DAY_MS;
  const archiver = createAuditArchiver({ database, folder, keptMs, now, log });
  archiver.start();
  disposables.push(() => archiver.stop());
}

/** A rule for each table that grows by itself. */
export function retentionRules(config: Config): readonly RetentionRule[] {
  const keptMs = config.eventRetentionDays * DAY_MS;
  return [
    ...eventRetentionRules({
      keptMs,
      maxMetricEvents: config.maxMetricEvents,
      maxExposures: config.maxExposures,
    }),
    ...unitRetentionRules(keptMs),
    ...listenerRetentionRules(keptMs),
    ...logRetentionRules({
      countersMs: config.counterRetentionDays * DAY_MS,
      refusalsMs: config.refusalRetentionDays * DAY_MS,
      keyEventsMs: config.keyEventRetentionDays * DAY_MS,
      deliveriesMs: config.deliveryRetentionDays * DAY_MS,
      payloadIdsMs: config.payloadIdRetentionHours * HOUR_MS,
    }),
  ];
}
