import { createPeriodicTask } from '../shared/periodic-task.ts';
import { type Author, type Store, StoreUnavailableError } from '../store/store.ts';
import { carriedOut, instructionText } from './instruction.ts';
import type { Claim, Schedule } from './schedule.ts';
import type { Schedules } from './schedules.ts';

export interface ScheduleRunnerDeps {
  readonly schedules: Schedules;
  readonly store: Pick<Store, 'update' | 'audit'>;
  readonly log: { error(fields: object, message: string): void; info(fields: object, message: string): void };
  /** How often to look for what is due. Default 1000 ms. */
  readonly everyMs?: number;
}

export interface ScheduleRunner {
  /** Does what is due now; resolves with how many schedules this runner carried out. Never rejects. */
  tick(): Promise<number>;
  start(): void;
  /** Finishes what is under way. */
  stop(): Promise<void>;
}

const BATCH = 50;
const AUDIT_PAGE = 200;
const GONE = 'the flag is not there any more';

/**
 * Carries out scheduled changes, exactly once however many runners there are.
 *
 * A claim keeps the others away for a while. Should a runner stop in the middle, the next one looks in the audit log
 * whether the change is already there. Should a runner sleep in the middle and wake up late, its compare-and-set fails,
 * because the version it read is older than the change that the next one made.
 */
export function createScheduleRunner({
  schedules,
  store,
  log,
  everyMs = 1_000,
}: ScheduleRunnerDeps): ScheduleRunner {
  const runDue = async (): Promise<number> => {
    let carried = 0;
    try {
      for (const id of await schedules.due(BATCH)) {
        const claim = await schedules.claim(id);
        if (claim !== undefined && (await carryOut(claim))) carried += 1;
      }
    } catch (error) {
      // The database is away; the rows stay, and the next tick tries again.
      if (!(error instanceof StoreUnavailableError)) log.error({ err: error }, 'scheduled changes stopped');
    }
    return carried;
  };

  const carryOut = async (claim: Claim): Promise<boolean> => {
    const { schedule } = claim;
    try {
      const outcome = await applyOnce(claim);
      if (outcome === undefined) return false;
      await schedules.finish(claim, outcome.state, outcome.result, outcome.auditId);
      log.info({ schedule: schedule.id, flag: schedule.flag, ...outcome }, 'scheduled change');
      return true;
    } catch (error) {
      if (error instanceof StoreUnavailableError) {
        await schedules.release(claim);
      } else {
        log.error({ err: error, schedule: schedule.id }, 'scheduled change failed');
        await schedules.finish(claim, 'failed', 'the change could not be made; see the log', null);
      }
      return false;
    }
  };

  /** Undefined: the claim is somebody else's by now. */
  const applyOnce = async (claim: Claim): Promise<Outcome | undefined> => {
    const { schedule } = claim;
    const earlier = await madeBefore(schedule);
    if (earlier !== undefined) return done(schedule, earlier);
    const ref = { environment: schedule.environment, kind: 'flag', key: schedule.flag } as const;
    const outcome = await store.update(authorOf(schedule), ref, async (current) => {
      if (current === undefined) return { outcome: 'refused', refusal: failed(GONE) };
      const edited = carriedOut(current.definition, schedule.instruction);
      if (edited.outcome !== 'mapped') return { outcome: 'refused', refusal: failed(edited.detail) };
      // Asked after the version was read: a runner that took over since then has made it too old to be written on.
      return (await schedules.holds(claim))
        ? { outcome: 'edited', draft: { definition: edited.definition } }
        : { outcome: 'refused', refusal: undefined };
    });
    switch (outcome.outcome) {
      case 'changed':
        return done(schedule, outcome.auditId);
      case 'unchanged':
        return { state: 'done', result: 'there was nothing to change', auditId: null };
      case 'refused':
        return outcome.refusal;
      case 'not-found':
        return failed(GONE);
      case 'conflict':
        throw new Error('an update without an expected version ended in a conflict');
      default:
        return outcome satisfies never;
    }
  };

  const madeBefore = async (schedule: Schedule): Promise<number | undefined> => {
    const { id } = authorOf(schedule);
    let before: number | undefined;
    for (;;) {
      const entries = await store.audit({
        environment: schedule.environment,
        kind: 'flag',
        key: schedule.flag,
        limit: AUDIT_PAGE,
        ...(before === undefined ? {} : { before }),
      });
      const mine = entries.find((entry) => entry.author.id === id);
      const oldest = entries.at(-1);
      if (mine !== undefined) return mine.id;
      if (oldest === undefined || entries.length < AUDIT_PAGE || Date.parse(oldest.at) < schedule.dueAt)
        return undefined;
      before = oldest.id;
    }
  };

  return createPeriodicTask(runDue, everyMs);
}

interface Outcome {
  readonly state: 'done' | 'failed';
  readonly result: string;
  readonly auditId: number | null;
}

const failed = (result: string): Outcome => ({ state: 'failed', result, auditId: null });

const done = ({ instruction }: Schedule, auditId: number): Outcome => ({
  state: 'done',
  result: instructionText(instruction),
  auditId,
});

/** The name is the fence: one schedule never appears twice in the audit log. */
const authorOf = ({ id, createdBy, comment }: Schedule): Author => ({
  id: `schedule/${id}`,
  via: 'schedule',
  comment: comment ?? `scheduled by ${createdBy.id}`,
});
