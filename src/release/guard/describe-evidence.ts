import { evidenceOf, type GuardJudgement } from './judge-guard.ts';

/** @example describeEvidence(judgement) // 'the evidence of harm is 1.4 of the 100 that would trip the guard' */
export function describeEvidence(judgement: GuardJudgement): string {
  const { evidence, threshold } = evidenceOf(judgement);
  const trips = judgement.verdict === 'tripped' ? 'trip' : 'would trip';
  return `the evidence of harm is ${showEvidence(evidence)} of the ${showEvidence(threshold)} that ${trips} the guard`;
}

const showEvidence = (value: number): string =>
  value >= 1e6
    ? 'over a million'
    : value >= 10
      ? Math.round(value).toLocaleString('en')
      : value.toPrecision(2);
