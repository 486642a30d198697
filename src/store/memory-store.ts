import type { FlagSet } from '../evaluation/evaluator.ts';
import { EMPTY_HEAD } from './audit-chain.ts';
import { journal } from './journal.ts';
import { type LocalContents, createLocalStore } from './local-store.ts';
import { type Log, SILENT_LOG } from './log.ts';
import { SEED_AUTHOR, planStart } from './plan-places.ts';
import { EMPTY_STATE, advance } from './state.ts';
import type { Store } from './store.ts';

export interface MemoryStoreOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The flags that `default`/`production` starts with. Default: none. */
  readonly seed?: FlagSet;
  /** Default: silent. */
  readonly log?: Log;
}

const NO_FLAGS: FlagSet = { flags: {}, segments: {} };

/** Everything in memory, gone with the process: for tests, and for demos that start afresh. */
export function createMemoryStore({ now, seed = NO_FLAGS, log = SILENT_LOG }: MemoryStoreOptions): Store {
  return createLocalStore({
    contents: firstContents(seed, now),
    now,
    log,
    keep: async () => {},
    detail: 'flags are kept in memory',
  });
}

/** What a store that is alone with its contents begins with. */
export function firstContents(seed: FlagSet, now: () => number): LocalContents {
  const at = new Date(now()).toISOString();
  const step = journal(EMPTY_STATE, EMPTY_HEAD, planStart(seed, at), SEED_AUTHOR, at);
  return { state: advance(EMPTY_STATE, step).state, head: step.head, entries: step.entries };
}
