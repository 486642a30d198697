import { isoTime } from '../../shared/iso-time.ts';
import type { Interval, Missing } from './compare.ts';
import type { MetricResult } from './experiment-result.ts';

const whole = (value: number): string => Math.ceil(value).toLocaleString('en');

const percent = (part: number): string => `${(100 * Math.abs(part)).toFixed(1)} %`;

/** Numbers of any size: three digits that count. */
const number = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en');

/**
 * What a result means, in one plain sentence; times are UTC.
 *
 * @param units of both arms
 * @param stableSince epoch milliseconds; null: not known yet
 * @param now epoch milliseconds
 */
export function resultSentence(
  {
    metric: { name },
    treatment: { name: treatment },
    comparison,
    isDecided,
  }: Pick<MetricResult, 'metric' | 'treatment' | 'comparison' | 'isDecided'>,
  units: number,
  stableSince: number | null,
  now: number,
): string {
  const listeners = `${whole(units)} ${units === 1 ? 'listener' : 'listeners'}`;
  switch (comparison.status) {
    case 'not-enough-data':
      return `${treatment}: not enough data on ${name} yet; ${lack(comparison.missing)}; ${listeners} so far.`;
    case 'no-spread':
      return `${treatment}: every listener has the same ${name}; ${listeners}.`;
    case 'ok': {
      const range =
        comparison.lift === null
          ? rangeText(comparison.difference, number)
          : rangeText(comparison.lift, percent);
      const stable = stableSince === null ? '' : `; stable since ${clockText(stableSince, now)}`;
      if (isDecided) return `${treatment}: ${range} ${name}; ${listeners}${stable}.`;
      const missing =
        comparison.missing === null
          ? ''
          : `; about ${whole(comparison.missing.units)} more would decide${inDays(comparison.missing.days)}`;
      return `${treatment}: no difference in ${name} is shown, from ${range}; ${listeners}${missing}.`;
    }
    default:
      return comparison satisfies never;
  }
}

/** `14:02`, and with its date where that is another day. */
function clockText(at: number, now: number): string {
  const [day = '', time = ''] = isoTime(at).split('T');
  return isoTime(now).startsWith(day) ? time.slice(0, 5) : `${day} ${time.slice(0, 5)}`;
}

const word = (value: number): string => (value < 0 ? 'less' : 'more');

/** `8.1 % to 12.4 % more`, `2.0 % less to 3.1 % more`. */
function rangeText({ lower, upper }: Interval, show: (value: number) => string): string {
  if (word(lower) !== word(upper)) {
    return `${show(Math.abs(lower))} ${word(lower)} to ${show(upper)} ${word(upper)}`;
  }
  const [near, far] = lower < 0 ? [upper, lower] : [lower, upper];
  return `${show(Math.abs(near))} to ${show(Math.abs(far))} ${word(lower)}`;
}

const lackOf = ({ units, events, nonEvents }: Missing): string =>
  (
    [
      [units, 'listeners'],
      [events, 'with an event'],
      [nonEvents, 'without one'],
    ] as const
  )
    .filter(([count]) => count > 0)
    .map(([count, noun]) => `${whole(count)} more ${noun}`)
    .join(' and ');

function lack({ control, treatment }: { readonly control: Missing; readonly treatment: Missing }): string {
  return [
    ['the control', lackOf(control)],
    ['the treatment', lackOf(treatment)],
  ]
    .filter(([, missing]) => missing !== '')
    .map(([arm, missing]) => `${arm} needs ${missing}`)
    .join(', ');
}

function inDays(days: number | null): string {
  if (days === null) return '';
  return days < 1 ? ', within a day at this rate' : `, in ${whole(days)} days at this rate`;
}
