import { type EventsClass, eEventsMixtureTotals, type RatioMixture } from '../e-events-mixture.ts';
import { type ShareClassCounts, sortClasses, treatmentProbability } from './share-class.ts';

export interface EventGuardSettings extends RatioMixture {
  /** Whether more events are harm (errors) or fewer (plays); `ratios` are above or below 1 accordingly. */
  readonly harm: 'more-events' | 'fewer-events';
  /** The chance of a false alarm among all guards of the release. */
  readonly alpha: number;
  /** How many guards the release has; each may use alpha over this. */
  readonly guards: number;
  /** How far the treatment's rate may be from the control's, as a part of it: 0.2 allows 20 % more, or fewer. */
  readonly relativeMargin: number;
}

/** The treatment's rate over the control's that is just allowed. */
export const allowedRatio = ({
  harm,
  relativeMargin,
}: Pick<EventGuardSettings, 'harm' | 'relativeMargin'>): number =>
  harm === 'more-events' ? 1 + relativeMargin : 1 - relativeMargin;

/** The guard's classes as the mixture takes them, in fixed order. */
export const eventsClasses = (counts: readonly ShareClassCounts[]): readonly EventsClass[] =>
  sortClasses(counts).map((one) => ({
    share: treatmentProbability(one),
    treatmentEvents: one.treatmentEvents,
    controlEvents: one.controlEvents,
  }));

/** ln(G/alpha): at this evidence the guard trips. */
export const logThreshold = ({ alpha, guards }: Pick<EventGuardSettings, 'alpha' | 'guards'>): number =>
  Math.log(guards / alpha);

/** The evidence that the treatment's rate is further from the control's than `ratio` times it. */
export const logEBeyondRatio = (
  counts: readonly ShareClassCounts[],
  { ratios, weights }: RatioMixture,
  ratio: number,
): { readonly logE: number; readonly logEPerRatio: readonly number[] } =>
  eEventsMixtureTotals({ ratios, weights, relativeMargin: ratio - 1, classes: eventsClasses(counts) });
