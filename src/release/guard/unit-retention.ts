import { sql } from 'kysely';
import type { RetentionRule } from '../../store/retention/sweep.ts';

/** The rows of single listeners go when their release has been over for so long. Totals, evidence and decisions stay. */
export const listenerRetentionRules = (keptMs: number): readonly RetentionRule[] =>
  (['release_units', 'release_series_units', 'release_windows'] as const).map((table) => ({
    table,
    expired: (_database, now) =>
      sql`release_id in (select id from releases where finished_at < ${now - keptMs})`,
  }));
