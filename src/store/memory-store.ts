import { type Logger, SILENT_LOGGER } from '../shared/logger.ts';
import type { FlagSet } from '../evaluation/evaluator.ts';
import { createLocalStore } from './local-store.ts';
import { firstStep } from './seed-commit.ts';
import { EMPTY_STATE, advance } from './state.ts';
import type { Store } from './store.ts';

export interface MemoryStoreOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The flags that `default`/`production` starts with. Default: none. */
  readonly seed?: FlagSet;
  /** Default: silent. */
  readonly log?: Logger;
}

const NO_FLAGS: FlagSet = { flags: {}, segments: {} };

/** Everything in memory, gone with the process: for tests, and for demos that start afresh. */
export function createMemoryStore({ now, seed = NO_FLAGS, log = SILENT_LOGGER }: MemoryStoreOptions): Store {
  const step = firstStep(seed, now());
  return createLocalStore({
    contents: { state: advance(EMPTY_STATE, step).state, head: step.head, entries: step.entries },
    now,
    log,
    keep: async () => {},
    detail: 'flags are kept in memory',
  });
}
