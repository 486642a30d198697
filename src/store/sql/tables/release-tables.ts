/** The tables of `040-releases` and `041-release-outcomes`. Times are epoch milliseconds, shares thousandths of a percent. */
export interface ReleaseTables {
  readonly releases: ReleasesTable;
  readonly release_decisions: ReleaseDecisionsTable;
  readonly release_versions: ReleaseVersionsTable;
  readonly release_listeners: ReleaseListenersTable;
  readonly release_units: ReleaseUnitsTable;
  readonly release_series: ReleaseSeriesTable;
  readonly release_series_units: ReleaseSeriesUnitsTable;
  readonly release_series_classes: ReleaseSeriesClassesTable;
  readonly release_windows: ReleaseWindowsTable;
  readonly release_templates: ReleaseTemplatesTable;
  readonly release_lease: ReleaseLeaseTable;
}

export interface ReleasesTable {
  id: string;
  project: string;
  environment: string;
  flag: string;
  rule: string;
  /** JSON of the plan as it was written. */
  plan: string;
  /** JSON of the metrics of its guards, as they were at the start. */
  metrics: string;
  /** JSON of a ReleaseState, but for `heldMs`. */
  state: string;
  /** Watched time of the stage; written more often than the rest. */
  held_ms: number;
  /** One higher with every decision: what was decided on an older one is not written. */
  version: number;
  /** The kind of context that is a listener, as the rule buckets. */
  unit_kind: string;
  created_at: number;
  created_by: string;
  updated_at: number;
  /** null while the release is under way: at most one of a rule is. */
  finished_at: number | null;
}

/** Why a release is where it is; never changed. */
export interface ReleaseDecisionsTable {
  release_id: string;
  /** From 1 on. */
  number: number;
  at: number;
  action: string;
  sentence: string;
  /** JSON of all that the decision was made of, and of what came out. */
  record: string;
}

/** From this version of the flag on, listeners were served this stage. */
export interface ReleaseVersionsTable {
  release_id: string;
  flag_version: number;
  stage: number;
  /** null: somebody else set it, so that nothing is counted. */
  share: number | null;
}

/** How many listeners a release has seen: a row for each release. */
export interface ReleaseListenersTable {
  release_id: string;
  treatment: number;
  control: number;
  newest_at: number | null;
}

/** What a listener was served last. */
export interface ReleaseUnitsTable {
  release_id: string;
  unit_key: string;
  /** 1: the new variation. */
  arm: number;
  stage: number;
  share: number;
  seen_treatment: number;
  seen_control: number;
  at: number;
}

/** What a guard has counted. */
export interface ReleaseSeriesTable {
  release_id: string;
  /** The guard's index in the plan. */
  guard: number;
  kind: 'events' | 'values' | 'outcomes';
  /** JSON of a TiltScale, of `values` as soon as there is one. */
  scale: string | null;
  /** JSON: ln E of each tilt, or of `outcomes`; `[]` of `events`. */
  log_e: string;
  treatment_values: number;
  control_values: number;
  /** Of `outcomes`: the listeners with harm among them. */
  treatment_harm: number;
  control_harm: number;
}

/** What a guard has counted of a listener. */
export interface ReleaseSeriesUnitsTable {
  release_id: string;
  guard: number;
  unit_key: string;
  /** The last stage in which the listener was counted. */
  stage: number;
  /** 1: once as treatment, so that nothing more is learned. */
  treated: number;
  /** The largest share at which the listener was counted as control; 0: never. */
  control_share: number;
}

/** Events by what was known of the listener's bucket. */
export interface ReleaseSeriesClassesTable {
  release_id: string;
  guard: number;
  share: number;
  control_share: number;
  treatment_events: number;
  control_events: number;
}

/** A listener whose time to have an event is not over. */
export interface ReleaseWindowsTable {
  release_id: string;
  guard: number;
  unit_key: string;
  /** 1: the new variation. */
  arm: number;
  /** The chance with which they got it. */
  probability: number;
  closes_at: number;
  had_event: number;
}

export interface ReleaseTemplatesTable {
  name: string;
  description: string;
  /** JSON of a Course. */
  course: string;
  updated_at: number;
}

/** Who carries releases out; one row. */
export interface ReleaseLeaseTable {
  id: number;
  /** Rises with every new holder: a holder that slept is recognised by its old one. */
  token: number;
  /** By the database's clock. */
  expires_at: number;
}
