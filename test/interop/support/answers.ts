import { isDeepStrictEqual } from 'node:util';
import { createEvaluator } from '../../../src/evaluation/create-evaluator.ts';
import type { EvaluationDetail } from '../../../src/evaluation/detail.ts';
import type { Context, JsonValue } from '../../../src/evaluation/model.ts';
import { interopSeed, randomContexts } from './random-contexts.ts';
import { RICH_FLAGS } from './rich-flags.ts';

/** What the local evaluator answers: what every endpoint must answer. */
export const evaluator = createEvaluator(RICH_FLAGS);
export const FLAG_KEYS: readonly string[] = Object.keys(RICH_FLAGS.flags);

export const SEED = interopSeed();
export const CONTEXTS = randomContexts(2_000, SEED);

/** The default of a type that fits the flag, which it never serves itself. */
export function defaultOf(flagKey: string): JsonValue {
  const [sample] = RICH_FLAGS.flags[flagKey]?.variations ?? [];
  if (typeof sample === 'boolean') return false;
  if (typeof sample === 'string') return 'the default';
  return typeof sample === 'number' ? 99 : { the: 'default' };
}

export const expected = (flagKey: string, context: Context): EvaluationDetail =>
  evaluator.evaluate(flagKey, context, DEFAULTS.get(flagKey) ?? null);

const DEFAULTS = new Map(FLAG_KEYS.map((key) => [key, defaultOf(key)]));

/** Collects what differs, so that a failure names its cases and not only the first of 80,000. */
export class Differences {
  readonly #found: unknown[] = [];
  count = 0;
  compared = 0;

  compare(flagKey: string, context: unknown, actual: unknown, wanted: unknown): void {
    this.compared += 1;
    if (isDeepStrictEqual(actual, wanted)) return;
    // What JSON leaves out is no difference.
    if (JSON.stringify(sorted(actual)) === JSON.stringify(sorted(wanted))) return;
    this.count += 1;
    if (this.#found.length < 3) this.#found.push({ flagKey, context, actual, wanted });
  }

  /** For `expect(…).toEqual([])`. */
  get found(): readonly unknown[] {
    return this.#found.map((found) => ({ seed: SEED, count: this.count, ...(found as object) }));
  }
}

/** The same value with the names of objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
