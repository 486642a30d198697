import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import type { EvaluationState, FlagChain } from './state.ts';

export type Run = (
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
) => EvaluationDetail;

/** One outcome for everybody, where a flag is off or asks nothing; or one that is worked out for each context. */
export type Answer = EvaluationDetail | Run;

export function resolveOutcome(
  answer: Answer,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
): EvaluationDetail {
  return typeof answer === 'function' ? answer(context, state, chain) : answer;
}
