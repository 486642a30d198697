/** The tables of `050-experiments` and `051-experiment-answers`; times are epoch milliseconds, JSON is kept as text. */
export interface ExperimentRunTables {
  readonly metric_definitions: MetricDefinitionsTable;
  readonly experiments: ExperimentsTable;
  readonly experiment_phases: ExperimentPhasesTable;
  readonly experiment_exposures: ExperimentExposuresTable;
  readonly experiment_values: ExperimentValuesTable;
  readonly experiment_totals: ExperimentTotalsTable;
  readonly experiment_answers: ExperimentAnswersTable;
  readonly experiment_history: ExperimentHistoryTable;
}

export interface MetricDefinitionsTable {
  project: string;
  environment: string;
  key: string;
  /** JSON. */
  definition: string;
  created_at: number;
  updated_at: number;
}

export interface ExperimentsTable {
  id: string;
  project: string;
  environment: string;
  flag_key: string;
  rule: string;
  status: 'draft' | 'running' | 'stopped';
  /** JSON: arms, metrics' keys, alpha, planned size. */
  design: string;
  /** JSON: the metrics as they were at the start, the primary one first; `[]` before. */
  metrics: string;
  unit_kind: string;
  /** The flag's last audit entry that phases were made of. */
  seen_audit_id: number;
  /** 0: the experiment turned tracking of the rule on, and has not turned it off yet. */
  was_tracked: 0 | 1;
  created_at: number;
  /** JSON. */
  created_by: string;
  started_at: number | null;
  stopped_at: number | null;
  /** When the primary metric was decided for the first time. */
  decided_at: number | null;
}

/** A time of constant weights. */
export interface ExperimentPhasesTable {
  experiment_id: string;
  number: number;
  /** The first version of the flag with these weights. */
  from_version: number;
  started_at: number;
  ended_at: number | null;
  /** JSON: the weight of each arm that the rule serves, in thousandths of a percent. */
  weights: string;
}

/** That a unit was served a variation in a phase; a variation of −2 says that it is a bot. */
export interface ExperimentExposuresTable {
  experiment_id: string;
  unit_key: string;
  phase: number;
  variation: number;
  first_at: number;
}

/**
 * What a counted unit has done so far, before caps; a row for each metric that it has a value of. Of a ratio `x` over `y`;
 * else `x` since its exposure, and `y` before it.
 */
export interface ExperimentValuesTable {
  experiment_id: string;
  unit_key: string;
  /** Its place among the experiment's metrics; −1: that there was any event at all. */
  metric: number;
  x: number;
  y: number;
}

/** Sums over the units of an arm in a phase. */
export interface ExperimentTotalsTable {
  experiment_id: string;
  phase: number;
  /** −1: units that saw two variations in the phase; −2: bots. No arm counts them. */
  variation: number;
  /** As in `experiment_values`; the row of −1 also has the number of units. */
  metric: number;
  units: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

/** What a metric said of a treatment at the last look, and since when at every look. */
export interface ExperimentAnswersTable {
  experiment_id: string;
  /** Its place among the experiment's metrics. */
  metric: number;
  variation: number;
  answer: 'more' | 'less' | 'open';
  since: number;
}

/** What a metric said of a treatment at a time, from time to time: the effect as a part of the control's mean. */
export interface ExperimentHistoryTable {
  experiment_id: string;
  at: number;
  /** Its place among the experiment's metrics. */
  metric: number;
  variation: number;
  /** Of both arms. */
  units: number;
  effect: number;
  lower: number;
  upper: number;
}
