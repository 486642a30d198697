/** The table of `020-schedules`. Times are epoch milliseconds. */
export interface ScheduleTables {
  readonly schedules: SchedulesTable;
}

export interface SchedulesTable {
  id: string;
  project: string;
  environment: string;
  flag: string;
  /** JSON of an Instruction. */
  instruction: string;
  due_at: number;
  comment: string | null;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  created_at: number;
  created_by: string;
  /** Whose turn it is while `running`; another may take over after `claim_until`. */
  claim: string | null;
  claim_until: number | null;
  finished_at: number | null;
  /** One plain sentence, when it is over. */
  result: string | null;
  /** The entry of the audit log that it made; null when it changed nothing. */
  audit_id: number | null;
}
