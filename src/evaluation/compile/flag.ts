import type { EvaluationDetail } from '../detail.ts';
import type { FlagState } from '../evaluator.ts';
import { isRecord } from '../json.ts';
import { MALFORMED } from '../make-detail.ts';
import type { CompileCache } from './compile-cache.ts';
import type { Outcome } from './outcome.ts';
import { compilePlan } from './plan.ts';
import { planOutcome } from './plan-outcome.ts';
import type { PrerequisiteNode } from './prerequisites.ts';

export interface CompiledFlag {
  readonly key: string;
  /** As it was given: any JSON. */
  readonly definition: unknown;
  /** All that an evaluation needs of the flag. */
  readonly outcome: Outcome;
  /** Empty where an evaluation reaches none. */
  readonly prerequisites: readonly PrerequisiteNode[];
  /** States that `evaluateAll` has made of this flag's details. */
  states: readonly CachedState[];
}

export interface CachedState {
  readonly detail: EvaluationDetail;
  readonly withReasons: boolean;
  readonly state: FlagState;
}

const NONE: readonly never[] = [];

/**
 * Compiles one definition, in the order in which LaunchDarkly's SDKs evaluate it: is the flag on, are its prerequisites
 * met, is the context's key a target, which is the first rule that matches, and what does the default rule
 * (`fallthrough`) serve. `compilePlan` checks and compiles those parts; `planOutcome` joins them into one function, or
 * into one detail where every context gets the same.
 *
 * Never throws: what is malformed evaluates to `MALFORMED_FLAG` when an evaluation reaches it.
 *
 * @param key the flag's key in its set; it salts the buckets where the definition has no key of its own
 */
export function compileFlag(key: string, definition: unknown, cache: CompileCache): CompiledFlag {
  if (!isRecord(definition)) {
    return { key, definition, outcome: MALFORMED, prerequisites: NONE, states: NONE };
  }
  const plan = compilePlan(key, definition, cache);
  const prerequisites = plan.on && plan.prerequisites?.length ? plan.prerequisites : NONE;
  // The outcome holds its flag, to notice a cycle of prerequisites that leads back to it.
  const flag = { key, definition, outcome: MALFORMED as Outcome, prerequisites, states: NONE };
  flag.outcome = planOutcome(plan, flag, cache);
  return flag;
}
