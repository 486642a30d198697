import type { Logger } from '../shared/logger.ts';
import { type Head, presentItems, verifyAuditChain } from './audit-chain.ts';
import { auditPage } from './audit-query.ts';
import { type Intent, type Step, journal, outcomeOf } from './journal.ts';
import { createOneAtATime } from '../shared/serial-queue.ts';
import { type Plan, planChange } from './plan.ts';
import { planEnvironment, planProject } from './plan-places.ts';
import { planUndo } from './plan-undo.ts';
import { type StoreState, advance, changesSince, environmentState, projectList } from './state.ts';
import {
  type AuditEntry,
  type Author,
  type ChangeOutcome,
  type Store,
  StoreUnavailableError,
  type FeedEvent,
} from './store.ts';
import { updateItem } from './update.ts';
import { createEmitter } from '../shared/emitter.ts';

export interface LocalContents {
  readonly state: StoreState;
  readonly head: Head;
  readonly entries: readonly AuditEntry[];
}

export interface LocalStoreOptions {
  readonly contents: LocalContents;
  readonly now: () => number;
  readonly log: Logger;
  /** Makes the contents durable before the change is acknowledged; when it throws, the change has not happened. */
  readonly keep: (step: Step) => Promise<void>;
  /** Said by `health` while all is well. */
  readonly detail: string;
}

/** A store that is alone with its contents: everything in memory, and kept elsewhere as a whole if at all. */
export function createLocalStore({ contents: start, now, log, keep, detail }: LocalStoreOptions): Store {
  const feed = createEmitter<FeedEvent>((error, event) => {
    log.error({ err: error, environment: event.environment }, 'a subscriber to the change feed threw');
  });
  const inTurn = createOneAtATime();
  let contents = start;
  let closed = false;
  let failure: unknown;

  const commit = async (step: Step): Promise<void> => {
    const { state, events } = advance(contents.state, step);
    const next = { state, head: step.head, entries: [...contents.entries, ...step.entries] };
    try {
      await keep(step);
      failure = undefined;
    } catch (error) {
      failure = error;
      throw error;
    }
    contents = next;
    for (const event of events) feed.emit(event);
  };

  const write = async (author: Author, intent: Intent, at: string): Promise<Step> => {
    const step = journal(contents.state, contents.head, intent, author, at);
    await commit(step);
    return step;
  };

  const carryOut = (author: Author, planned: (at: string) => Plan): Promise<ChangeOutcome> =>
    inTurn(async () => {
      if (closed) throw new StoreUnavailableError('the store is closed');
      const at = new Date(now()).toISOString();
      const plan = planned(at);
      return 'answer' in plan ? plan.answer : outcomeOf(await write(author, plan, at));
    });

  const store: Store = {
    snapshot: (environment) => environmentState(contents.state, environment)?.snapshot,
    changesSince: (environment, sequence) => changesSince(contents.state, environment, sequence),
    change: (author, change) => carryOut(author, (at) => planChange(contents.state, change, at)),
    update: (author, ref, edit, options) => updateItem(store, author, ref, edit, options),
    undo: (author, auditId) =>
      carryOut(author, (at) => {
        const entry = contents.entries[auditId - 1];
        const operation = contents.entries.filter((one) => one.operation === entry?.operation);
        return planUndo(contents.state, auditId, operation, at);
      }),
    audit: async (query = {}) => auditPage(contents.entries, query),
    verifyAudit: () => verifyAuditChain(contents.entries, contents.head, presentItems(contents.state)),
    subscribe: feed.subscribe,
    projects: () => projectList(contents.state),
    createProject: (author, key, name) =>
      inTurn(async () => {
        const plan = planProject(contents.state, key, name);
        if ('answer' in plan) return plan.answer;
        await write(author, plan, new Date(now()).toISOString());
        return 'created';
      }),
    createEnvironment: (author, project, key, name) =>
      inTurn(async () => {
        const at = new Date(now()).toISOString();
        const plan = planEnvironment(contents.state, project, key, name, at);
        if ('answer' in plan) return plan.answer;
        await write(author, plan, at);
        return 'created';
      }),
    health: () =>
      failure === undefined
        ? { ready: true, detail, feedLagMs: 0 }
        : { ready: false, detail: 'the last change could not be kept', feedLagMs: 0 },
    close: () =>
      inTurn(async () => {
        closed = true;
      }),
  };
  return store;
}
