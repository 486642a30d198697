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

/** More than this is cut off, with a word about it, so that a vast flag makes no vast explanation. */
const MAX_STEPS = 2_000;

/** What is nested deeper is asked, but not told. */
const MAX_DEPTH = 40;

/** One walk through the compiled parts, and what it wrote down. */
export class Trace {
  readonly context: CheckedContext;
  readonly state: EvaluationState;
  readonly cache: CompileCache;
  readonly steps: ExplanationStep[] = [];
  /** The keys of the flags, and of the segments, on the way down to where the walk is. */
  readonly flags: string[] = [];
  readonly segments: string[] = [];
  readonly #told = new Set<unknown>();

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

  /** The last word, which is never cut off. */
  close(matched: boolean, text: string, data: ExplanationStep['data']): readonly ExplanationStep[] {
    const cut = this.steps.length === MAX_STEPS ? [cutOff] : [];
    return [...this.steps, ...cut, { kind: 'outcome', depth: 0, matched, text, data }];
  }

  /** Is this part to be told? Many may ask one segment, but each part is told once, and none at the end of the world. */
  isFirstVisit(part: unknown, depth: number): boolean {
    const fresh = depth <= MAX_DEPTH && !this.#told.has(part);
    this.#told.add(part);
    return fresh;
  }
}

/** From where the key was first on the way, round to it again. */
export function cycleTo(way: readonly string[], key: string): readonly string[] {
  return [...way.slice(way.indexOf(key)), key];
}

const cutOff: ExplanationStep = {
  kind: 'flag',
  depth: 0,
  matched: false,
  text: `What was looked at after the first ${MAX_STEPS} steps is not told.`,
  data: {},
};
