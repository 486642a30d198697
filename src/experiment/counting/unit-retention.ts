import { sql } from 'kysely';
import type { RetentionRule } from '../../store/retention/sweep.ts';
import { LATE_EVENTS_MS } from './experiment-counter.ts';

/** The rows of single listeners go when their experiment has been over for so long. Its totals stay, and its result. */
export const unitRetentionRules = (keptMs: number): readonly RetentionRule[] =>
  (['experiment_exposures', 'experiment_values'] as const).map((table) => ({
    table,
    expired: (_database, now) =>
      sql`experiment_id in (select id from experiments where stopped_at < ${now - keptMs - LATE_EVENTS_MS})`,
  }));
