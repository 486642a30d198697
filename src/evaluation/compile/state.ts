import type { BigSegmentsStatus, EvaluationDetail } from '../detail.ts';
import type { CheckedContext } from '../context.ts';
import type { BigSegmentMembership, EvaluatorOptions } from '../evaluator.ts';
import type { CompiledFlag } from './flag.ts';
import type { CompiledSegment } from './segment.ts';

/** What an evaluator knows by key. Compiled flags and segments hold keys, so the next evaluator can share them. */
export interface Definitions {
  /** No other evaluator's definitions have it, so that whoever looked something up once can see that it still holds. */
  readonly generation: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  readonly segments: ReadonlyMap<string, CompiledSegment>;
}

/** The worst one seen is told. */
const SEVERITY: Readonly<Record<BigSegmentsStatus, number>> = {
  HEALTHY: 1,
  STALE: 2,
  STORE_ERROR: 3,
  NOT_CONFIGURED: 4,
};

const NOT_CONFIGURED: BigSegmentMembership = { status: 'NOT_CONFIGURED', membership: undefined };
const STORE_ERROR: BigSegmentMembership = { status: 'STORE_ERROR', membership: undefined };

/** What one evaluation gathers. Where no segment is big there is nothing to gather, and one state serves all. */
export class EvaluationState {
  readonly definitions: Definitions;
  /** A segment is big, so there may be something to gather. */
  readonly gathers: boolean;
  status: BigSegmentsStatus | undefined = undefined;
  #ask: EvaluatorOptions['bigSegments'];
  #answers: Map<string, BigSegmentMembership> | undefined = undefined;

  constructor(definitions: Definitions, gathers: boolean, ask: EvaluatorOptions['bigSegments']) {
    this.definitions = definitions;
    this.gathers = gathers;
    this.#ask = ask;
  }

  /** From here on it gathers for another flag: each has a status of its own, while the store is not asked again. */
  startAnew(): void {
    this.status = undefined;
  }

  note(status: BigSegmentsStatus): void {
    if (this.status === undefined || SEVERITY[status] > SEVERITY[this.status]) {
      this.status = status;
    }
  }

  /** Asked once per context key. A store that fails says nothing, and the status says that it failed. */
  membership(contextKey: string): BigSegmentMembership['membership'] {
    this.#answers ??= new Map();
    const known = this.#answers.get(contextKey);
    const answer = known ?? this.#question(contextKey);
    if (known === undefined) {
      this.#answers.set(contextKey, answer);
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
 * The way down to where an evaluation is, to see cycles. What was worked out once for a context is not worked out again,
 * or nested references could take exponential time: only errors depend on the way, so they are not kept.
 */
export class Chain<Item, Result> {
  readonly #way = new Set<Item>();
  readonly #known = new Map<Item, Result>();

  enter(item: Item): void {
    this.#way.add(item);
  }

  leave(item: Item): void {
    this.#way.delete(item);
  }

  includes(item: Item): boolean {
    return this.#way.has(item);
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
/** The definition is malformed where it was looked at: the whole evaluation is. */
export const BAD = 2;
export type Verdict = typeof NO | typeof YES | typeof BAD;

/** A clause, a rule's clauses or a segment, asked about a context. */
export type Matcher = (
  context: CheckedContext,
  state: EvaluationState,
  chain: SegmentChain | undefined,
) => Verdict;
