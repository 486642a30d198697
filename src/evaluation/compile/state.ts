import type { BigSegmentsStatus, EvaluationDetail } from '../detail.ts';
import type { CheckedContext } from '../context.ts';
import type { BigSegmentMembership, EvaluatorOptions } from '../evaluator.ts';
import type { CompiledFlag } from './flag.ts';
import type { CompiledSegment } from './segment.ts';

/** What an evaluator finds by key. Compiled flags and segments hold only keys, so the next evaluator can share them. */
export interface Definitions {
  /** A number of this evaluator alone: who keeps what was looked up can see whether it still holds. */
  readonly generation: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  readonly segments: ReadonlyMap<string, CompiledSegment>;
}

/** The worst status of an evaluation is its status. */
const SEVERITY: Readonly<Record<BigSegmentsStatus, number>> = {
  HEALTHY: 1,
  STALE: 2,
  STORE_ERROR: 3,
  NOT_CONFIGURED: 4,
};

const NOT_CONFIGURED: BigSegmentMembership = { status: 'NOT_CONFIGURED', membership: undefined };
const STORE_ERROR: BigSegmentMembership = { status: 'STORE_ERROR', membership: undefined };

/** What one evaluation gathers from big segments. Where no segment is big, one state serves all evaluations. */
export class EvaluationState {
  readonly definitions: Definitions;
  /** Some segment is big. */
  readonly gathers: boolean;
  status: BigSegmentsStatus | undefined = undefined;
  #ask: EvaluatorOptions['bigSegments'];
  #memberships: Map<string, BigSegmentMembership> | undefined = undefined;

  constructor(definitions: Definitions, gathers: boolean, ask: EvaluatorOptions['bigSegments']) {
    this.definitions = definitions;
    this.gathers = gathers;
    this.#ask = ask;
  }

  /** Starts the next flag of an `evaluateAll`: it has a status of its own, but the store is not asked again. */
  startFlag(): void {
    this.status = undefined;
  }

  note(status: BigSegmentsStatus): void {
    if (this.status === undefined || SEVERITY[status] > SEVERITY[this.status]) {
      this.status = status;
    }
  }

  /** Asks the store once per context key. One that throws gives no membership, and the status `STORE_ERROR`. */
  membership(contextKey: string): BigSegmentMembership['membership'] {
    this.#memberships ??= new Map();
    const known = this.#memberships.get(contextKey);
    const answer = known ?? this.#question(contextKey);
    if (known === undefined) {
      this.#memberships.set(contextKey, answer);
    }
    this.note(answer.status);
    return answer.membership;
  }

  #question(contextKey: string): BigSegmentMembership {
    if (this.#ask === undefined) {
      return NOT_CONFIGURED;
    }
    try {
      const answer = this.#ask(contextKey);
      return answer === undefined ? NOT_CONFIGURED : answer;
    } catch {
      return STORE_ERROR;
    }
  }
}

/**
 * The flags, or segments, that an evaluation is in the middle of, to notice cycles. Results are kept per context, since
 * nested references could otherwise take exponential time; errors are not, because they depend on the chain.
 */
export class Chain<Item, Result> {
  readonly #entered = new Set<Item>();
  readonly #known = new Map<Item, Result>();

  enter(item: Item): void {
    this.#entered.add(item);
  }

  leave(item: Item): void {
    this.#entered.delete(item);
  }

  includes(item: Item): boolean {
    return this.#entered.has(item);
  }

  recall(item: Item): Result | undefined {
    return this.#known.get(item);
  }

  remember(item: Item, result: Result): void {
    this.#known.set(item, result);
  }
}

export type FlagChain = Chain<CompiledFlag, EvaluationDetail>;
export type SegmentChain = Chain<CompiledSegment, Verdict>;

export const NO = 0;
export const YES = 1;
/** The definition is malformed where an evaluation reached it, so the whole evaluation is. */
export const BAD = 2;
export type Verdict = typeof NO | typeof YES | typeof BAD;

/** Does a clause, a list of clauses or a segment match a context? */
export type Matcher = (
  context: CheckedContext,
  state: EvaluationState,
  chain: SegmentChain | undefined,
) => Verdict;
