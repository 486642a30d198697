import { isRecord } from '../json.ts';
import { FlagStates } from '../flag-state.ts';
import { MALFORMED } from '../outcome.ts';
import type { Answer } from './answer.ts';
import { answerOfPlan } from './plan-answer.ts';
import { compilePlan } from './plan.ts';
import type { PrerequisiteNode } from './prerequisites.ts';
import type { Workshop } from './compile-cache.ts';

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

export function compileFlag(key: string, definition: unknown, workshop: Workshop): CompiledFlag {
  const states = new FlagStates(definition);
  if (!isRecord(definition)) {
    return { key, definition, answer: MALFORMED, prerequisites: NONE, states };
  }
  const plan = compilePlan(key, definition, workshop);
  const prerequisites = plan.on && plan.prerequisites !== undefined ? plan.prerequisites : NONE;
  // The answer knows its flag, to see a cycle that leads back to it.
  const flag: { -readonly [Name in keyof CompiledFlag]: CompiledFlag[Name] } = {
    key,
    definition,
    answer: MALFORMED,
    prerequisites,
    states,
  };
  flag.answer = answerOfPlan(plan, flag, workshop);
  return flag;
}
