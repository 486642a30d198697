import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import type { EvaluationState, FlagChain } from './state.ts';

export type Evaluate = (
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
) => EvaluationDetail;

/** What a flag, a rule or a rollout serves: the same detail to every context, or one that is computed for each. */
export type Outcome = EvaluationDetail | Evaluate;

export function resolveOutcome(
  outcome: Outcome,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
): EvaluationDetail {
  return typeof outcome === 'function' ? outcome(context, state, chain) : outcome;
}
