import type { Generated } from 'kysely';

/** The tables of `030-experiment` and `031-event-retention`; times are epoch milliseconds, because they are compared and added up. */
export interface ExperimentTables {
  readonly exposures: ExposuresTable;
  readonly metric_events: MetricEventsTable;
  readonly flag_counters: FlagCountersTable;
  readonly event_payloads: EventPayloadsTable;
  readonly event_retention: EventRetentionTable;
}

/** That a context was served a variation of one version of a flag: a row for all the times it was. */
export interface ExposuresTable {
  project: string;
  environment: string;
  flag_key: string;
  flag_version: number;
  context_kind: string;
  context_key: string;
  variation: number;
  /** 1 when at least one of them counts for an experiment. */
  in_experiment: 0 | 1;
  first_at: number;
  last_at: number;
  times: number;
}

/** One thing that one context did. A multi-context makes a row for each of its kinds. */
export interface MetricEventsTable {
  id: Generated<number>;
  project: string;
  environment: string;
  event_key: string;
  context_kind: string;
  context_key: string;
  /** null: it happened, without a number. */
  value: number | null;
  at: number;
}

/** How often a variation was served, by the minute. */
export interface FlagCountersTable {
  project: string;
  environment: string;
  flag_key: string;
  /** −1: the flag is unknown. */
  flag_version: number;
  /** −1: none. */
  variation: number;
  /** The start of the minute. */
  minute_at: number;
  times: number;
}

/** Bodies already counted; a sender repeats one whose answer it did not get. */
export interface EventPayloadsTable {
  project: string;
  environment: string;
  payload_id: string;
  received_at: number;
}

/** One row: what of `metric_events` is complete. */
export interface EventRetentionTable {
  id: 1;
  /** All that happened from then on is there; what happened before may have been deleted. */
  kept_since: number;
}
