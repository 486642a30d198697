import type { Kysely, QueryExecutorProvider } from 'kysely';
import type { DialectName } from './dialect-name.ts';
import { createStoreTables } from './migrations/001-store.ts';
import { createAuditAnchor } from './migrations/002-audit-anchor.ts';
import { createKeyTables } from './migrations/010-keys.ts';
import { createSettingsTable } from './migrations/011-settings.ts';
import { createSessionTables } from './migrations/012-sessions.ts';
import { createIdempotencyTable } from './migrations/013-idempotency.ts';
import { letRefusalsExpire } from './migrations/014-refusals-expire.ts';
import { letKeyEventsExpire } from './migrations/015-key-events-expire.ts';
import { createAdminAudit } from './migrations/016-admin-audit.ts';
import { createScheduleTable } from './migrations/020-schedules.ts';
import { createWebhookTables } from './migrations/021-webhooks.ts';
import { createExperimentTables } from './migrations/030-experiment.ts';
import { createEventRetentionTable } from './migrations/031-event-retention.ts';
import { createExperimentRunTables } from './migrations/050-experiments.ts';
import { createExperimentAnswersTable } from './migrations/051-experiment-answers.ts';
import { createExperimentHistoryTable } from './migrations/052-experiment-history.ts';
import { createReleaseTables } from './migrations/040-releases.ts';
import { addReleaseOutcomes } from './migrations/041-release-outcomes.ts';

/** Schema builder and `sql`; not today's tables, since a migration keeps to those of the day it was written. */
export type MigrationDb = QueryExecutorProvider & Pick<Kysely<unknown>, 'schema'>;

/**
 * One step forward, in one transaction of its own. Once shipped it is never edited: a later step mends it.
 */
export interface Migration {
  /** Its place in the order; 001–009 the store, 010–019 keys and settings, 020–029 webhooks and schedules, 030–039 SDK events, 040–049 releases. */
  readonly number: number;
  readonly name: string;
  /**
   * It adds tables, or columns that may be left out, or lifts a restriction: programs that do not know it run on, so that
   * instances can be replaced one after the other. Default false: they refuse the database.
   */
  readonly onlyAdds?: true;
  readonly up: (db: MigrationDb, dialect: DialectName) => Promise<void>;
}

/** A line for each, in any order: they run by number, and a number that came late still runs. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: 'store', up: createStoreTables },
  { number: 2, name: 'audit-anchor', onlyAdds: true, up: createAuditAnchor },
  { number: 10, name: 'keys', up: createKeyTables },
  { number: 11, name: 'settings', up: createSettingsTable },
  { number: 12, name: 'sessions', up: createSessionTables },
  { number: 13, name: 'idempotency', up: createIdempotencyTable },
  { number: 14, name: 'refusals-expire', up: letRefusalsExpire },
  { number: 15, name: 'key-events-expire', onlyAdds: true, up: letKeyEventsExpire },
  { number: 16, name: 'admin-audit', onlyAdds: true, up: createAdminAudit },
  { number: 20, name: 'schedules', up: createScheduleTable },
  { number: 21, name: 'webhooks', up: createWebhookTables },
  { number: 30, name: 'experiment', up: createExperimentTables },
  { number: 31, name: 'event-retention', up: createEventRetentionTable },
  { number: 50, name: 'experiments', up: createExperimentRunTables },
  { number: 51, name: 'experiment-answers', up: createExperimentAnswersTable },
  { number: 52, name: 'experiment-history', up: createExperimentHistoryTable },
  { number: 40, name: 'releases', up: createReleaseTables },
  { number: 41, name: 'release-outcomes', up: addReleaseOutcomes },
];
