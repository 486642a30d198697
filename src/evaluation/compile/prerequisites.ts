import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail, EvaluationReason } from '../detail.ts';
import { isRecord, listOf, primitiveText } from '../json.ts';
import { MALFORMED } from '../make-detail.ts';
import { resolveOutcome } from './outcome.ts';
import type { CompiledFlag } from './flag.ts';
import { Chain, type EvaluationState, type FlagChain } from './state.ts';

export interface PrerequisiteNode {
  readonly key: string;
  readonly variation: unknown;
  /** The off variation, which is served when this prerequisite is not met. */
  readonly failed: EvaluationDetail;
}

/** `undefined` when they are no list of objects. `off` makes the outcome that is served when one is not met. */
export function compilePrerequisites(
  value: unknown,
  off: (reason: EvaluationReason) => EvaluationDetail,
): readonly PrerequisiteNode[] | undefined {
  const list = listOf(value);
  if (list === undefined || !list.every(isRecord)) {
    return undefined;
  }
  return list.map(({ key, variation }) => {
    const prerequisiteKey = primitiveText(key) ?? '';
    return { key: prerequisiteKey, variation, failed: off({ kind: 'PREREQUISITE_FAILED', prerequisiteKey }) };
  });
}

/** The detail because a prerequisite is not met, is malformed, or refers back here; `undefined` when all are met. */
export function checkPrerequisites(
  prerequisites: readonly PrerequisiteNode[],
  flag: CompiledFlag,
  context: CheckedContext,
  state: EvaluationState,
  parent: FlagChain | undefined,
): EvaluationDetail | undefined {
  const chain = parent ?? new Chain();
  let unmet: EvaluationDetail | undefined;
  chain.enter(flag);
  for (const prerequisite of prerequisites) {
    const detail = evaluatePrerequisite(prerequisite, context, state, chain);
    unmet = detail === undefined ? prerequisite.failed : checkPrerequisite(prerequisite, detail);
    if (unmet !== undefined) {
      break;
    }
  }
  chain.leave(flag);
  return unmet;
}

/** The prerequisite flag's detail for this context; `undefined` when there is no such flag. */
export function evaluatePrerequisite(
  { key }: PrerequisiteNode,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain,
): EvaluationDetail | undefined {
  const flag = state.definitions.flags.get(key);
  if (flag === undefined) {
    return undefined;
  }
  // A flag without prerequisites cannot be in a cycle, and is faster to evaluate again than to remember.
  if (flag.prerequisites.length === 0) {
    return resolveOutcome(flag.outcome, context, state, undefined);
  }
  if (chain.includes(flag)) {
    return MALFORMED;
  }
  const known = chain.recall(flag);
  if (known !== undefined) {
    return known;
  }
  const detail = resolveOutcome(flag.outcome, context, state, chain);
  if (detail.reason.kind !== 'ERROR') {
    chain.remember(flag, detail);
  }
  return detail;
}

/** A flag that is off never meets a prerequisite, whatever its off variation. An error makes the whole evaluation malformed. */
export function checkPrerequisite(
  prerequisite: PrerequisiteNode,
  detail: EvaluationDetail,
): EvaluationDetail | undefined {
  if (detail.reason.kind === 'ERROR') {
    return MALFORMED;
  }
  const met = detail.reason.kind !== 'OFF' && detail.variationIndex === prerequisite.variation;
  return met ? undefined : prerequisite.failed;
}

/** The prerequisites that are evaluated for this context, in order: up to the first that is not met. */
export function evaluatedPrerequisites(
  flag: CompiledFlag,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain,
): readonly string[] {
  const evaluated: string[] = [];
  chain.enter(flag);
  for (const prerequisite of flag.prerequisites) {
    const detail = evaluatePrerequisite(prerequisite, context, state, chain);
    if (detail === undefined) {
      break;
    }
    evaluated.push(prerequisite.key);
    if (checkPrerequisite(prerequisite, detail) !== undefined) {
      break;
    }
  }
  chain.leave(flag);
  return evaluated;
}
