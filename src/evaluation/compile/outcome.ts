import type { AttributeGetter } from '../attribute.ts';
import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { equalsOneOf } from './attribute-matcher.ts';
import type { EvaluationState, FlagChain } from './state.ts';

export type Evaluate = (
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
) => EvaluationDetail;

/** What a rule or a rollout serves: the same detail to every context, or one that is computed for each. */
export type ServedOutcome = EvaluationDetail | Evaluate;

/** What a flag serves. */
export type Outcome = ServedOutcome | ComparisonOutcome;

export function resolveOutcome(
  outcome: Outcome,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
): EvaluationDetail {
  return resolveServed(
    typeof outcome !== 'function' && outcome.variationIndex === undefined ? outcome.decide(context) : outcome,
    context,
    state,
    chain,
  );
}

export function resolveServed(
  outcome: ServedOutcome,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
): EvaluationDetail {
  return typeof outcome === 'function' ? outcome(context, state, chain) : outcome;
}

/**
 * One clause with one or two values, the most common rule of all. It is an object and no function: with thousands of
 * flags most of the time goes into fetching from memory, and a function is two things to fetch, itself and its variables.
 */
export class ComparisonOutcome {
  /** Every detail has an index or null, so this tells the two apart. */
  readonly variationIndex = undefined;
  readonly #get: AttributeGetter;
  readonly #first: unknown;
  readonly #second: unknown;
  readonly #whenEqual: ServedOutcome;
  readonly #otherwise: ServedOutcome;
  readonly #withoutValue: ServedOutcome;

  constructor(
    get: AttributeGetter,
    [first, second]: readonly [first: unknown, second: unknown],
    {
      whenEqual,
      otherwise,
      withoutValue,
    }: Readonly<Record<'whenEqual' | 'otherwise' | 'withoutValue', ServedOutcome>>,
  ) {
    this.#get = get;
    this.#first = first;
    this.#second = second;
    this.#whenEqual = whenEqual;
    this.#otherwise = otherwise;
    this.#withoutValue = withoutValue;
  }

  decide(context: CheckedContext): ServedOutcome {
    const get = this.#get;
    const value = get(context);
    if (value === undefined) {
      return this.#withoutValue;
    }
    return equalsOneOf(value, this.#first, this.#second) ? this.#whenEqual : this.#otherwise;
  }
}
