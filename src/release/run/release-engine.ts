import type { Transaction } from 'kysely';
import type { Database } from '../../store/sql/database.ts';
import type { Schema } from '../../store/sql/schema.ts';
import type { SqlStore } from '../../store/sql/sql-store.ts';
import { recordAdminChange } from '../../store/audit/admin-audit.ts';
import { StoreUnavailableError } from '../../store/store.ts';
import { enqueueMessage } from '../../webhooks/enqueue-message.ts';
import { type GuardReadings, NO_READINGS } from '../guard/guard-reading.ts';
import { insertServedVersion, readGuards } from '../guard/guard-rows.ts';
import { decide, watched } from '../machine/decide.ts';
import { obey } from '../machine/obey.ts';
import type { Command, Observation } from '../machine/observation.ts';
import { isOver, type ReleaseState } from '../machine/release-state.ts';
import type { Transition } from '../machine/transition.ts';
import { percentOf } from '../plan/share.ts';
import { withSplit } from '../plan/rule-split.ts';
import { type DecisionRecord, decisionRecord } from './decision-record.ts';
import { judgeGuards, observeRule } from './observe.ts';
import { authorOf, type Release } from './release.ts';
import { readRelease, releaseOnRule, StaleReleaseError, writeDecision } from './releases.ts';

/** Checks inside the transaction of a write that it may be made; throws when not. */
export type Permit = (db: Transaction<Schema>) => Promise<void>;

export type Commanded =
  | { readonly outcome: 'done' | 'unchanged'; readonly release: Release }
  | { readonly outcome: 'refused'; readonly detail: string }
  | { readonly outcome: 'not-found' };

/** Makes decisions durable: each in one transaction with the change of the flag that it asks for. */
export interface ReleaseEngine {
  /**
   * Decides until nothing is left to decide.
   *
   * @param watchedMs how long the release was watched since that was last kept
   * @returns the release as it is then, with the watched time in it, and whether anything was decided
   */
  step(
    id: string,
    watchedMs: number,
    permit: Permit,
  ): Promise<{ readonly release: Release; readonly decided: boolean } | undefined>;
  /** What a person asks, at once and on whichever instance they ask. */
  command(id: string, command: Command): Promise<Commanded>;
  /** The release and what its guards see, of one moment. */
  read(id: string): Promise<{ readonly release: Release; readonly readings: GuardReadings } | undefined>;
}

export interface ReleaseEngineDeps {
  readonly database: Database;
  readonly store: Pick<SqlStore, 'snapshot' | 'changeTogether'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** Others decide and change the flag at the same time; after so many tries something else is wrong. */
const MAX_TRIES = 20;

const BEGINS_STAGE: ReadonlySet<Transition['action']> = new Set(['started', 'advanced']);

const anybody: Permit = async () => {};

/** What a person told a release to do, in the chain; what it decides by itself is in its own record. */
const noteCommand = (
  db: Transaction<Schema>,
  { id, environment }: Release,
  command: Command,
  at: number,
): Promise<void> =>
  recordAdminChange(db, {
    at,
    author: { id: command.by, via: 'release' },
    kind: 'release',
    key: id,
    action: command.kind,
    environment,
    detail: command,
  });

export function createReleaseEngine({ database, store, now, newId }: ReleaseEngineDeps): ReleaseEngine {
  const read: ReleaseEngine['read'] = (id) =>
    database.read(async (db) => {
      const release = await readRelease(db, id);
      if (release === undefined) return undefined;
      const { plan, state } = release;
      const readings = state.stage < 0 ? NO_READINGS : await readGuards(db, id, plan.guards.length);
      return { release, readings };
    });

  const observe = (release: Release, readings: GuardReadings, watchedMs: number): Observation => {
    const at = now();
    const { plan, environment } = release;
    return {
      now: at,
      watchedMs,
      rule: observeRule(store.snapshot(environment), release),
      isFrozen: plan.isFrozen(at),
      judgements: release.state.stage < 0 ? [] : judgeGuards(plan, readings),
      newestAt: readings.newestAt,
    };
  };

  /** False: the release or the flag was changed by others in between. */
  const commit = async (
    release: Release,
    { state, serve, action }: Transition,
    record: (after: ReleaseState) => DecisionRecord,
    permit: Permit,
  ): Promise<boolean> => {
    const flag = store.snapshot(release.environment)?.flags.get(release.plan.flag);
    const write = (servedVersion: number) => async (db: Transaction<Schema>) => {
      await permit(db);
      const at = now();
      // A freeze may have opened while the write waited for its turn.
      if (BEGINS_STAGE.has(action) && release.plan.isFrozen(at)) throw new StaleReleaseError();
      const after = { ...state, servedVersion };
      await writeDecision(db, release, after, record(after), at);
      if (serve !== undefined)
        await insertServedVersion(db, release.id, {
          flagVersion: servedVersion,
          stage: after.stage,
          share: serve.share,
        });
      else if (action === 'paused') {
        // Whatever somebody else made the rule serve since, nothing is known of those listeners' chances.
        await insertServedVersion(db, release.id, {
          flagVersion: servedVersion + 1,
          stage: after.stage,
          share: null,
        });
      }
      if (after.state !== release.state.state || after.stage !== release.state.stage)
        await tell(db, release, after);
      const { command } = record(after);
      if (command !== undefined) await noteCommand(db, release, command, now());
    };
    const { servedVersion } = release.state;
    try {
      if (serve === undefined || flag === undefined) {
        await database.write(write(servedVersion));
        return true;
      }
      const outcome = await store.changeTogether(
        authorOf(release.id, state.sentence),
        {
          type: 'put-flag',
          environment: release.environment,
          key: flag.key,
          definition: withSplit(flag.definition, release.plan, serve),
          expectedVersion: flag.version,
        },
        write(flag.version + 1),
      );
      switch (outcome.outcome) {
        case 'changed':
          return true;
        case 'unchanged':
          await database.write(write(flag.version));
          return true;
        // The store has caught up by now; what is gone is seen at the next look.
        case 'conflict':
        case 'not-found':
        case 'in-use':
          return false;
        default:
          return outcome satisfies never;
      }
    } catch (error) {
      if (error instanceof StaleReleaseError) return false;
      throw error;
    }
  };

  const tell = async (db: Transaction<Schema>, release: Release, after: ReleaseState): Promise<void> => {
    const { project, environment } = release.environment;
    await enqueueMessage(
      db,
      {
        event: 'release.changed',
        environment: release.environment,
        at: now(),
        data: {
          release: release.id,
          project,
          environment,
          flag: release.plan.flag,
          rule: release.plan.rule,
          previous_state: release.state.state,
          state: after.state,
          stage: after.stage,
          share: percentOf(after.share),
          sentence: after.sentence,
        },
      },
      newId,
    );
  };

  return {
    read,

    async step(id, watchedMs, permit) {
      let unkept = watchedMs;
      let decided = false;
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        const found = await read(id);
        if (found === undefined) return undefined;
        const { release, readings } = found;
        const seen = observe(release, readings, unkept);
        const before = watched(release.state, seen);
        const transition = decide(release.plan, before, seen);
        if (transition === undefined) return { release: { ...release, state: before }, decided };
        const record = (after: ReleaseState) =>
          decisionRecord(release.state, seen, readings, { ...transition, state: after });
        if (await commit(release, transition, record, permit)) {
          unkept = 0;
          decided = true;
        }
      }
      throw new StoreUnavailableError('the release or its flag is changed by others all the time');
    },

    async command(id, command) {
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        const found = await read(id);
        if (found === undefined) return { outcome: 'not-found' };
        const { release, readings } = found;
        const seen = observe(release, readings, 0);
        const obeyed = obey(release.plan, release.state, seen, command);
        if (obeyed.outcome === 'unchanged') return { outcome: 'unchanged', release };
        if (obeyed.outcome === 'refused') return obeyed;
        const other = await database.read((db) =>
          releaseOnRule(db, release.environment, release.plan.flag, release.plan.rule),
        );
        if (isOver(release.state) && other !== undefined) {
          return {
            outcome: 'refused',
            detail: `the release ${other} is under way on this rule; roll that back`,
          };
        }
        const { transition } = obeyed;
        const record = (after: ReleaseState) =>
          decisionRecord(release.state, seen, readings, { ...transition, state: after }, command);
        if (!(await commit(release, transition, record, anybody))) continue;
        const after = await read(id);
        return after === undefined ? { outcome: 'not-found' } : { outcome: 'done', release: after.release };
      }
      throw new StoreUnavailableError('the release or its flag is changed by others all the time');
    },
  };
}
