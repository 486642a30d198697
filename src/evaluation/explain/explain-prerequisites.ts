import { evaluatePrerequisite, checkPrerequisite, type PrerequisiteNode } from '../compile/prerequisites.ts';
import type { FlagChain } from '../compile/state.ts';
import type { EvaluationDetail } from '../detail.ts';
import { show } from '../show.ts';
import { cycleTo, type Trace } from './trace.ts';
import { pathText } from './text.ts';

/** Records the steps of a prerequisite flag, and of the off variation that is served when it is not met. */
interface Explain {
  readonly flag: (key: string, depth: number) => void;
  readonly off: (detail: EvaluationDetail) => void;
}

/** The detail that is served because one is not met, or malformed; `undefined` when all are met. */
export function explainPrerequisites(
  prerequisites: readonly PrerequisiteNode[],
  trace: Trace,
  depth: number,
  chain: FlagChain,
  explain: Explain,
): EvaluationDetail | undefined {
  for (const prerequisite of prerequisites) {
    const { key, variation, failed } = prerequisite;
    const detail = evaluatePrerequisite(prerequisite, trace.context, trace.state, chain);
    const unmet = detail === undefined ? failed : checkPrerequisite(prerequisite, detail);
    const cycle = trace.flags.includes(key) ? cycleTo(trace.flags, key) : undefined;
    const text = prerequisiteText(prerequisite, detail, unmet, cycle);
    const data = { flag: key, variation, served: detail?.variationIndex };
    trace.step(
      'prerequisite',
      depth,
      unmet === undefined,
      text,
      cycle === undefined ? data : { ...data, cycle },
    );
    explain.flag(key, depth + 1);
    if (unmet !== undefined) {
      if (detail?.reason.kind !== 'ERROR') {
        explain.off(unmet);
      }
      return unmet;
    }
  }
  return undefined;
}

function prerequisiteText(
  { key, variation }: PrerequisiteNode,
  detail: EvaluationDetail | undefined,
  unmet: EvaluationDetail | undefined,
  cycle: readonly string[] | undefined,
): string {
  const wanted = `Prerequisite ${show(key)} must serve variation ${show(variation)}`;
  if (detail === undefined) {
    return `${wanted}, but there is no such flag.`;
  }
  if (cycle !== undefined) {
    return `${wanted}, but it refers back to this flag (${pathText(cycle)}), so the whole flag is malformed.`;
  }
  if (detail.reason.kind === 'ERROR') {
    return `${wanted}, but it is malformed, so the whole flag is malformed.`;
  }
  if (detail.reason.kind === 'OFF') {
    return `${wanted}, but it is off.`;
  }
  return `${wanted} and serves ${show(detail.variationIndex)}, so it is ${unmet === undefined ? '' : 'not '}met.`;
}
