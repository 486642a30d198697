import type { EvaluationReason } from '../evaluation/detail.ts';
import type { Flag } from '../evaluation/model.ts';

/** Whether an SDK would report an evaluation that ended with this reason by itself, besides counting it in a summary. */
export function isTracked(flag: Flag, reason: EvaluationReason): boolean {
  if (flag.trackEvents === true) return true;
  switch (reason.kind) {
    case 'FALLTHROUGH':
      return flag.trackEventsFallthrough === true;
    case 'RULE_MATCH':
      return flag.rules?.[reason.ruleIndex]?.trackEvents === true;
    case 'OFF':
    case 'TARGET_MATCH':
    case 'PREREQUISITE_FAILED':
    case 'ERROR':
      return false;
    default:
      return reason satisfies never;
  }
}
