import type { Author, EnvironmentRef } from '../store/store.ts';

/** What a scheduled change does to a flag. */
export type Instruction =
  | { readonly kind: 'on' }
  | { readonly kind: 'off' }
  /** The default rule as a share of everybody, in percent (0–100); the switch stays as it is. */
  | { readonly kind: 'set'; readonly rolloutPercentage: number };

export const SCHEDULE_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

/** A change of one flag at one time; a row that survives restarts. */
export interface Schedule {
  readonly id: string;
  readonly environment: EnvironmentRef;
  readonly flag: string;
  readonly instruction: Instruction;
  /** Epoch milliseconds. */
  readonly dueAt: number;
  readonly comment: string | null;
  readonly state: ScheduleState;
  readonly createdAt: number;
  readonly createdBy: Author;
  readonly finishedAt: number | null;
  /** One plain sentence, when it is over. */
  readonly result: string | null;
  /** The entry of the audit log that it made; null when there was nothing to change. */
  readonly auditId: number | null;
}

export interface NewSchedule {
  readonly environment: EnvironmentRef;
  readonly flag: string;
  readonly instruction: Instruction;
  readonly dueAt: number;
  readonly comment: string | null;
}

export interface ScheduleQuery {
  readonly environment?: EnvironmentRef;
  readonly flag?: string;
  readonly state?: ScheduleState;
  /** Those after this place, in order of due time and id. */
  readonly after?: { readonly dueAt: number; readonly id: string };
  readonly limit: number;
}

/** A schedule that one runner has in its hands for a while; no other runner has this token. */
export interface Claim {
  readonly schedule: Schedule;
  readonly token: string;
}
