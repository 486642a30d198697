import type { FlagSet } from '../evaluation/evaluator.ts';
import { EMPTY_HEAD } from './audit-chain.ts';
import { type Step, journal } from './journal.ts';
import { SEED_AUTHOR, planStart } from './plan-places.ts';
import { EMPTY_STATE } from './state.ts';

/** Everything that an empty store begins with. @param now epoch milliseconds */
export function firstStep(flagSet: FlagSet, now: number): Step {
  const at = new Date(now).toISOString();
  return journal(EMPTY_STATE, EMPTY_HEAD, planStart(flagSet, at), SEED_AUTHOR, at);
}
