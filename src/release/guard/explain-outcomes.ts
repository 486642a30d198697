import type { OutcomeCounts } from '../../experiment/statistics/outcome-counts.ts';
import type { Guard } from '../plan/release-plan.ts';
import { describeEvidence } from './describe-evidence.ts';
import type { GuardExplanation } from './explain-guard.ts';
import { listenersOf } from './guard-reading.ts';
import type { GuardJudgement } from './judge-guard.ts';

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

const partOf = (events: number, all: number): string =>
  `${events} of ${all.toLocaleString('en')}${all === 0 ? '' : ` (${percent(events / all)})`}`;

/** Of a guard with an absolute margin, which compares two shares of listeners. */
export function explainOutcomes(
  { metric: { name, noun, harm }, margin }: Guard,
  counts: OutcomeCounts,
  judgement: GuardJudgement,
): GuardExplanation {
  const { treatment, control } = listenersOf(counts);
  const isHarm = harm === 'more-events';
  const treatmentEvents = isHarm ? counts.treatmentSuccess : counts.treatmentFailure;
  const controlEvents = isHarm ? counts.controlSuccess : counts.controlFailure;
  const points = margin.kind === 'absolute' ? Number((100 * margin.points).toPrecision(6)) : 0;
  const allowed = points === 0 ? '' : `; ${points} ${isHarm ? 'more' : 'fewer'} in a hundred are allowed`;
  const counted = `${partOf(treatmentEvents, treatment)} listeners of the new version had ${noun}, and ${partOf(controlEvents, control)} of the old one${allowed}`;
  return {
    treatmentEvents,
    controlEvents,
    ratioBound: null,
    smallestVisibleRatio: null,
    sentence: `${name}: ${verdictText(judgement)}${counted}; ${describeEvidence(judgement)}.`,
  };
}

function verdictText({ verdict, listeners, minimumListeners }: GuardJudgement): string {
  switch (verdict) {
    case 'too-few':
      return `only ${listeners} of the ${minimumListeners} listeners that a verdict needs. `;
    case 'passes':
      return 'no alarm. ';
    case 'tripped':
      return 'harm. ';
    default:
      return verdict satisfies never;
  }
}
