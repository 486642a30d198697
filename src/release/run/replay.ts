import type { GuardJudgement } from '../guard/judge-guard.ts';
import { decide, watched } from '../machine/decide.ts';
import { obey } from '../machine/obey.ts';
import type { Observation } from '../machine/observation.ts';
import type { Transition } from '../machine/transition.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import type { DecisionRecord } from './decision-record.ts';
import { judgeGuards } from './observe.ts';

export type Replayed =
  | { readonly outcome: 'same' }
  /** What came out differs from what was recorded. */
  | { readonly outcome: 'different'; readonly detail: string };

/** Logarithms of evidence may differ by this much: another machine may add up in another way. */
const LOG_TOLERANCE = 1e-9;

/** Makes a decision again from its record: from the counts to the evidence, and from there to the verdict. */
export function replay(plan: ReleasePlan, record: DecisionRecord): Replayed {
  const { readings, ...observed } = record.observation;
  const judgements =
    record.judgements === null
      ? undefined
      : readings === null || record.before.stage < 0
        ? []
        : judgeGuards(plan, readings)?.map((each, index) => asRecorded(each, record.judgements?.[index]));
  const evidence = sameEvidence(judgements, record.judgements);
  if (evidence !== undefined) return { outcome: 'different', detail: evidence };
  const transition = transitionOf(plan, record, { ...observed, judgements });
  if (transition === undefined)
    return { outcome: 'different', detail: `nothing is decided, where ${record.action} was` };
  const { servedVersion } = record.after;
  const again = JSON.stringify([transition.action, { ...transition.state, servedVersion }]);
  const then = JSON.stringify([record.action, record.after]);
  return again === then
    ? { outcome: 'same' }
    : { outcome: 'different', detail: `${again} comes out, where ${then} was recorded` };
}

/** Old records do not have what could have been seen, and their sentences do not say it. */
function asRecorded(again: GuardJudgement, then: GuardJudgement | undefined): GuardJudgement {
  if (then?.smallestEffect !== undefined) return again;
  const { smallestEffect: _unknown, ...rest } = again;
  return rest;
}

function transitionOf(
  plan: ReleasePlan,
  { before, command }: DecisionRecord,
  seen: Observation,
): Transition | undefined {
  if (command === undefined) return decide(plan, watched(before, seen), seen);
  const obeyed = obey(plan, before, seen, command);
  return obeyed.outcome === 'done' ? obeyed.transition : undefined;
}

/** Undefined: they agree. */
function sameEvidence(
  again: Observation['judgements'],
  then: DecisionRecord['judgements'],
): string | undefined {
  for (const [index, { metric, verdict, logE }] of (then ?? []).entries()) {
    const other = again?.[index];
    if (other === undefined) return `${metric} cannot be judged from the record`;
    if (other.verdict !== verdict || Math.abs(other.logE - logE) > LOG_TOLERANCE) {
      return `${metric} is ${other.verdict} with ln E ${other.logE}, where ${verdict} with ${logE} was recorded`;
    }
  }
  return undefined;
}
