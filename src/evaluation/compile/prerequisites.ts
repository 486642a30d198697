import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { MALFORMED } from '../outcome.ts';
import type { CompiledFlag } from './flag.ts';
import { below, isOnChain, type EvaluationState, type FlagChain } from './state.ts';

export interface PrerequisiteNode {
  readonly key: string;
  readonly variation: unknown;
  /** The off variation, which is served when this prerequisite is not met. */
  readonly failed: EvaluationDetail;
}

/** What is served because a prerequisite is not met, is malformed, or leads back here; `undefined` when all are met. */
export function checkPrerequisites(
  prerequisites: readonly PrerequisiteNode[],
  flag: CompiledFlag,
  context: CheckedContext,
  state: EvaluationState,
  parent: FlagChain | undefined,
): EvaluationDetail | undefined {
  const chain = below(parent, flag);
  for (const prerequisite of prerequisites) {
    const detail = askPrerequisite(prerequisite, context, state, chain);
    const unmet = detail === undefined ? prerequisite.failed : judge(prerequisite, detail);
    if (unmet !== undefined) {
      return unmet;
    }
  }
  return undefined;
}

/** What the prerequisite flag serves this context; `undefined` when there is no such flag. */
export function askPrerequisite(
  { key }: PrerequisiteNode,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain,
): EvaluationDetail | undefined {
  const flag = state.links.flags.get(key);
  if (flag === undefined) {
    return undefined;
  }
  const known = chain.known.get(flag);
  if (known !== undefined) {
    return known;
  }
  if (isOnChain(chain, flag)) {
    return MALFORMED;
  }
  const detail = flag.run(context, state, chain);
  chain.known.set(flag, detail);
  return detail;
}

/** A flag that is off meets nothing, whatever its off variation. An error is the whole evaluation's. */
export function judge(
  prerequisite: PrerequisiteNode,
  detail: EvaluationDetail,
): EvaluationDetail | undefined {
  if (detail.reason.kind === 'ERROR') {
    return MALFORMED;
  }
  const met = detail.reason.kind !== 'OFF' && detail.variationIndex === prerequisite.variation;
  return met ? undefined : prerequisite.failed;
}
