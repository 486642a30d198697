import { isRecord } from '../json.ts';
import { FlagStates } from '../flag-state.ts';
import { MALFORMED } from '../make-detail.ts';
import type { Answer } from './outcome.ts';
import { planOutcome } from './plan-outcome.ts';
import { compilePlan } from './plan.ts';
import type { PrerequisiteNode } from './prerequisites.ts';
import type { CompileCache } from './compile-cache.ts';

export interface CompiledFlag {
  readonly key: string;
  /** As it was given; anything at all. */
  readonly definition: unknown;
  readonly answer: Answer;
  /** Empty where none is ever asked. */
  readonly prerequisites: readonly PrerequisiteNode[];
  readonly states: FlagStates;
}

const NONE: readonly never[] = [];

export function compileFlag(key: string, definition: unknown, cache: CompileCache): CompiledFlag {
  const states = new FlagStates(definition);
  if (!isRecord(definition)) {
    return { key, definition, answer: MALFORMED, prerequisites: NONE, states };
  }
  const plan = compilePlan(key, definition, cache);
  const prerequisites = plan.on && plan.prerequisites !== undefined ? plan.prerequisites : NONE;
  // The answer knows its flag, to see a cycle that leads back to it.
  const flag: { -readonly [Name in keyof CompiledFlag]: CompiledFlag[Name] } = {
    key,
    definition,
    answer: MALFORMED,
    prerequisites,
    states,
  };
  flag.answer = planOutcome(plan, flag, cache);
  return flag;
}
