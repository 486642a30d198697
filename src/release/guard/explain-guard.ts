import { ratioBound } from '../../experiment/statistics/guard/ratio-bound.ts';
import {
  type ShareClassCounts,
  treatmentProbability,
} from '../../experiment/statistics/guard/share-class.ts';
import type { Guard, ReleasePlan } from '../plan/release-plan.ts';
import { explainOutcomes } from './explain-outcomes.ts';
import type { GuardMetric } from './guard-metric.ts';
import type { SeriesTotals } from './guard-reading.ts';
import { describeEvidence } from './describe-evidence.ts';
import { type GuardJudgement, settingsOf } from './judge-guard.ts';

export interface GuardExplanation {
  /** Listeners who had the event, each once a stage. */
  readonly treatmentEvents: number;
  readonly controlEvents: number;
  /** The new variation's rate over the old one's is at least this (where more is harm), or at most this; null: nothing can be said. */
  readonly ratioBound: number | null;
  /** The ratio that would have been found with a chance of 80 %; null: none would. */
  readonly smallestVisibleRatio: number | null;
  readonly sentence: string;
}

/** What a guard's judgement means, for people. */
export function explainGuard(
  guard: Guard,
  series: SeriesTotals,
  judgement: GuardJudgement,
  plan: Pick<ReleasePlan, 'alpha' | 'guards'>,
): GuardExplanation {
  const { metric } = guard;
  if (series.kind === 'outcomes') return explainOutcomes(guard, series.counts, judgement);
  const classes = series.kind === 'events' ? series.classes : [];
  const settings = settingsOf(guard, plan);
  const treatmentEvents = total(classes, 'treatmentEvents');
  const controlEvents = total(classes, 'controlEvents');
  const bound = ratioBound(classes, settings);
  return {
    treatmentEvents,
    controlEvents,
    ratioBound: bound,
    smallestVisibleRatio: judgement.smallestEffect?.kind === 'ratio' ? judgement.smallestEffect.value : null,
    sentence:
      series.kind === 'events'
        ? sentenceOfEvents(metric, classes, judgement, treatmentEvents, controlEvents, bound)
        : sentenceOfValues(metric, series, judgement),
  };
}

const total = (classes: readonly ShareClassCounts[], field: 'treatmentEvents' | 'controlEvents'): number =>
  classes.reduce((sum, counts) => sum + counts[field], 0);

function sentenceOfEvents(
  { name, noun, harm }: GuardMetric,
  classes: readonly ShareClassCounts[],
  judgement: GuardJudgement,
  treated: number,
  control: number,
  bound: number | null,
): string {
  const all = treated + control;
  const byChance = classes.reduce(
    (sum, counts) => sum + treatmentProbability(counts) * (counts.treatmentEvents + counts.controlEvents),
    0,
  );
  const counted =
    all === 0
      ? `No listener had ${noun} yet`
      : `Of ${all} ${all === 1 ? 'listener' : 'listeners'} with ${noun}, ${treated} had the new version, where chance gives ${byChance.toFixed(1)}`;
  const against = describeEvidence(judgement);
  switch (judgement.verdict) {
    case 'too-few':
      return `${name}: only ${judgement.listeners} of the ${judgement.minimumListeners} listeners that a verdict needs. ${counted}.`;
    case 'passes':
      return `${name}: no alarm. ${counted}; ${against}.`;
    case 'tripped': {
      const times =
        bound === null
          ? ''
          : `, ${harm === 'more-events' ? 'at least' : 'at most'} ${bound.toFixed(2)} times the old version’s rate`;
      return `${name}: harm. ${counted}${times}; ${against}.`;
    }
    default:
      return judgement.verdict satisfies never;
  }
}

function sentenceOfValues(
  { name }: GuardMetric,
  { scale, treatmentValues, controlValues }: Extract<SeriesTotals, { readonly kind: 'values' }>,
  judgement: GuardJudgement,
): string {
  const seen = `${treatmentValues} values of the new version and ${controlValues} of the old one`;
  if (scale === null)
    return `${name}: too few values before the release to compare with; nothing is counted yet.`;
  switch (judgement.verdict) {
    case 'too-few':
      return `${name}: only ${judgement.listeners} of the ${judgement.minimumListeners} listeners that a verdict needs. ${seen}.`;
    case 'passes':
      return `${name}: no alarm in ${seen}; ${describeEvidence(judgement)}.`;
    case 'tripped':
      return `${name}: harm. The new version’s values are larger, by ${seen}; ${describeEvidence(judgement)}.`;
    default:
      return judgement.verdict satisfies never;
  }
}
