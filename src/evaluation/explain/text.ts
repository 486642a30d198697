import { itemsOf } from '../json.ts';
import { show } from '../show.ts';

const MAX_VALUES = 5;

/** `"US", "CA" and 37 more`. */
export function enumerate(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_VALUES).map(show).join(', ');
  const rest = values.length - MAX_VALUES;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

/** `a → b → a`; of a long path only the ends. */
export function pathText(keys: readonly string[]): string {
  const ends =
    keys.length > 2 * MAX_VALUES ? [...keys.slice(0, MAX_VALUES), '…', ...keys.slice(-MAX_VALUES)] : keys;
  return ends.join(' → ');
}

/** A value of the context: lists are opened, one level deep. */
export function showValue(value: unknown): string {
  return Array.isArray(value) ? `[${enumerate(itemsOf(value))}]` : show(value);
}

/** `20 %`, `0.125 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}

/** A upperBound with at least two digits: `0.20`, `0.333`. */
export function boundText(share: number): string {
  const text = String(Number(share.toFixed(8)));
  return /^-?\d+$/.test(text) || /^-?\d+\.\d$/.test(text) ? share.toFixed(2) : text;
}

/** A bucket with four digits, or as many as it takes to see on which side of the bounds it is. */
export function bucketText(bucket: number, bounds: readonly number[]): string {
  for (let digits = 4; digits < 16; digits += 1) {
    const text = bucket.toFixed(digits);
    if (bounds.every((other) => Number(text) < other === bucket < other)) {
      return text;
    }
  }
  return String(bucket);
}
