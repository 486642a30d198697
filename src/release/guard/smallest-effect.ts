import { smallestVisibleDifference } from '../../experiment/statistics/guard/smallest-visible-difference.ts';
import { smallestVisibleRatio } from '../../experiment/statistics/guard/smallest-visible-ratio.ts';
import { smallestVisibleShift } from '../../experiment/statistics/guard/smallest-visible-shift.ts';
import { type EventGuardSettings, logThreshold } from '../../experiment/statistics/guard/event-evidence.ts';
import type { Guard } from '../plan/release-plan.ts';
import type { SeriesTotals } from './guard-reading.ts';

/** What a guard would have found with a chance of about 80 % among the listeners so far. */
export type SmallestEffect =
  /** The new version's rate over the old one's. */
  | { readonly kind: 'ratio'; readonly value: number }
  /** The new version's rate less the old one's, as a fraction; below 0 where fewer are harm. */
  | { readonly kind: 'difference'; readonly value: number }
  /** How much larger the new version's values are, in their own unit. */
  | { readonly kind: 'shift'; readonly value: number }
  | { readonly kind: 'none' };

const NONE: SmallestEffect = { kind: 'none' };

const effectOf = (kind: Exclude<SmallestEffect['kind'], 'none'>, value: number | null): SmallestEffect =>
  value === null ? NONE : { kind, value };

export function smallestEffect(
  { margin, metric }: Guard,
  series: SeriesTotals,
  settings: EventGuardSettings,
): SmallestEffect {
  switch (series.kind) {
    case 'events':
      return effectOf('ratio', smallestVisibleRatio(series.classes, settings));
    case 'outcomes': {
      const points = margin.kind === 'absolute' ? margin.points : 0;
      const found = smallestVisibleDifference(series.counts, {
        margin: points,
        logThreshold: logThreshold(settings),
      });
      return effectOf('difference', found === null || metric.harm === 'more-events' ? found : -found);
    }
    case 'values': {
      const { scale, treatmentValues: treatment, controlValues: control } = series;
      const found = smallestVisibleShift({ treatment, control }, logThreshold(settings));
      return effectOf('shift', found === null || scale === null ? null : found * scale.scale);
    }
    default:
      return series satisfies never;
  }
}

const short = (value: number): string => Number(value.toPrecision(2)).toLocaleString('en');

/** @example describeSmallestEffect('page-load', { kind: 'ratio', value: 5.62 }) // 'The smallest harm that page-load would have found is 5.6 times the old version’s rate' */
export function describeSmallestEffect(metric: string, effect: SmallestEffect): string {
  const smallest = `The smallest harm that ${metric} would have found is`;
  switch (effect.kind) {
    case 'ratio':
      return `${smallest} ${short(effect.value)} times the old version’s rate`;
    case 'difference':
      return `${smallest} ${short(100 * Math.abs(effect.value))} listeners in a hundred ${effect.value > 0 ? 'more' : 'fewer'} than on the old version`;
    case 'shift':
      return `${smallest} values that are ${short(effect.value)} larger than the old version’s`;
    case 'none':
      return `No harm was so large that ${metric} would have found it`;
    default:
      return effect satisfies never;
  }
}
