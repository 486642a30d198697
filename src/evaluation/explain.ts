import type { CheckedContext } from './context.ts';
import type { CompiledFlag } from './compile/flag.ts';
import type { EvaluationState } from './compile/state.ts';
import type { EvaluationDetail } from './detail.ts';
import type { Explanation } from './evaluator.ts';

export function explainFailure(detail: EvaluationDetail, summary: string): Explanation {
  return {
    detail,
    summary,
    steps: [{ kind: 'outcome', depth: 0, matched: false, text: summary, data: { reason: detail.reason } }],
  };
}

export function explainFlag(
  flag: CompiledFlag,
  _context: CheckedContext,
  _state: EvaluationState,
  evaluate: () => EvaluationDetail,
): Explanation {
  const detail = evaluate();
  const summary = `Flag ${JSON.stringify(flag.key)} serves ${JSON.stringify(detail.value)}: ${detail.reason.kind}.`;
  return {
    detail,
    summary,
    steps: [
      {
        kind: 'outcome',
        depth: 0,
        matched: detail.variationIndex !== null,
        text: summary,
        data: { reason: detail.reason },
      },
    ],
  };
}
