import type { CheckedContext } from '../context.ts';
import type { EvaluationState } from '../compile/state.ts';
import type { CompileCache } from '../compile/compile-cache.ts';
import type { ExplanationStep } from '../evaluator.ts';

export type StepKind =
  | 'flag'
  | 'prerequisite'
  | 'target'
  | 'rule'
  | 'clause'
  | 'segment'
  | 'rollout'
  | 'outcome';

/** Further steps are left out, with a note, so that a large flag does not make an endless explanation. */
const MAX_STEPS = 2_000;

/** Deeper levels are evaluated, but get no steps. */
const MAX_DEPTH = 40;

/** The steps of one explanation. */
export class Trace {
  readonly context: CheckedContext;
  readonly state: EvaluationState;
  readonly cache: CompileCache;
  readonly steps: ExplanationStep[] = [];
  /** The keys of the flags, and of the segments, that the explanation is in the middle of. */
  readonly flags: string[] = [];
  readonly segments: string[] = [];
  readonly #visited = new Set<unknown>();

  constructor(context: CheckedContext, state: EvaluationState, cache: CompileCache) {
    this.context = context;
    this.state = state;
    this.cache = cache;
  }

  step(
    kind: StepKind,
    depth: number,
    matched: boolean,
    text: string,
    data: ExplanationStep['data'] = {},
  ): void {
    if (this.steps.length < MAX_STEPS) {
      this.steps.push({ kind, depth, matched, text, data });
    }
  }

  /** The steps, with the outcome, which is never left out. */
  close(matched: boolean, text: string, data: ExplanationStep['data']): readonly ExplanationStep[] {
    const cut = this.steps.length === MAX_STEPS ? [cutOff] : [];
    return [...this.steps, ...cut, { kind: 'outcome', depth: 0, matched, text, data }];
  }

  /** A flag or a segment is explained once, however many refer to it, and not below the deepest level. */
  isFirstVisit(part: unknown, depth: number): boolean {
    const fresh = depth <= MAX_DEPTH && !this.#visited.has(part);
    this.#visited.add(part);
    return fresh;
  }
}

/** The cycle that ends in this key: from where it was first entered, to it again. */
export function cycleTo(way: readonly string[], key: string): readonly string[] {
  return [...way.slice(way.indexOf(key)), key];
}

const cutOff: ExplanationStep = {
  kind: 'flag',
  depth: 0,
  matched: false,
  text: `Steps after the first ${MAX_STEPS} are left out.`,
  data: {},
};
