import { isoTime } from '../../../shared/iso-time.ts';
import type { Instruction, Schedule } from '../../../release/schedule.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import { percentText } from '../flag/fader.ts';
import { type Moment, momentOf } from '../text/moment.ts';

/** Changes that will happen at their time, and those that are over. */
export interface SchedulesPage {
  readonly waiting: readonly ScheduleRow[];
  /** Newest first. */
  readonly over: readonly ScheduleRow[];
  readonly action: string;
  readonly form: ScheduleDraft;
  readonly flags: readonly string[];
}

/** As typed. */
export interface ScheduleDraft {
  readonly flag: string;
  readonly instruction: string;
  readonly percentage: string;
  readonly at: string;
  readonly comment: string;
}

export interface ScheduleRow {
  readonly flag: string;
  readonly flagHref: string;
  /** `turn it on`. */
  readonly what: string;
  readonly at: Moment;
  readonly by: string;
  readonly comment: string;
  readonly state: Schedule['state'];
  readonly result: string;
  readonly cancelAction: string;
}

/** @param now epoch milliseconds */
export function schedulesPage(
  scope: DashboardScope,
  waiting: readonly Schedule[],
  over: readonly Schedule[],
  now: number,
  form: ScheduleDraft,
): SchedulesPage {
  const row = (schedule: Schedule): ScheduleRow => scheduleRow(scope, schedule, now);
  return {
    waiting: waiting.map(row),
    over: over.map(row),
    action: scope.href('/schedules'),
    form,
    flags: [...scope.snapshot.flags.keys()],
  };
}

function scheduleRow(scope: DashboardScope, schedule: Schedule, now: number): ScheduleRow {
  const { id, flag, instruction, dueAt, createdBy, comment, state, result } = schedule;
  return {
    flag,
    flagHref: scope.flagHref(flag),
    what: instructionText(instruction),
    at: momentOf(isoTime(dueAt), now),
    by: createdBy.id,
    comment: comment ?? '',
    state,
    result: result ?? '',
    cancelAction: scope.href(`/schedules/${id}/cancel`),
  };
}

function instructionText(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'on':
      return 'turn it on';
    case 'off':
      return 'turn it off';
    case 'set':
      return `set the default rule to ${percentText(instruction.rolloutPercentage)}`;
    default:
      return instruction satisfies never;
  }
}
