import { compileFlag, type CompiledFlag } from './compile/flag.ts';
import type { Evaluate, Outcome } from './compile/outcome.ts';
import { compileSegment, type CompiledSegment } from './compile/segment.ts';
import { EvaluationState, type Definitions } from './compile/state.ts';
import { CompileCache } from './compile/compile-cache.ts';
import { isUser, readContext, type CheckedContext } from './context.ts';
import type { ErrorKind, EvaluationDetail } from './detail.ts';
import type {
  EvaluateAllOptions,
  Evaluator,
  EvaluatorOptions,
  ExpectedType,
  Explanation,
  FlagSet,
  FlagSetChange,
  FlagState,
} from './evaluator.ts';
import { explainFailure, explainFlag } from './explain/explain-flag.ts';
import { allFlagStates } from './all-flag-states.ts';
import { isRecord, type JsonRecord } from './json.ts';
import type { Context, JsonValue } from './model.ts';
import { failure, withStatus } from './make-detail.ts';
import { PatchedMap } from './patched-map.ts';

const FAILURES = {
  CLIENT_NOT_READY: failure('CLIENT_NOT_READY'),
  FLAG_NOT_FOUND: failure('FLAG_NOT_FOUND'),
  USER_NOT_SPECIFIED: failure('USER_NOT_SPECIFIED'),
  MALFORMED_FLAG: failure('MALFORMED_FLAG'),
  WRONG_TYPE: failure('WRONG_TYPE'),
  EXCEPTION: failure('EXCEPTION'),
} as const satisfies Record<ErrorKind, EvaluationDetail>;

/**
 * Compiles a set of flags and segments, each once: evaluators made from this one, by `with`, keep what did not change.
 *
 * The definitions may be any JSON. A malformed part evaluates to `MALFORMED_FLAG` when an evaluation reaches it, and
 * nothing here throws. Definitions are read, never changed, and must not be changed by the caller.
 *
 * @example
 * const flag = { key: 'chat', version: 1, on: true, variations: ['off', 'on'], fallthrough: { variation: 1 } };
 * const evaluator = createEvaluator({ flags: { chat: flag }, segments: {} });
 * evaluator.evaluate('chat', { kind: 'user', key: 'anna' }, 'off').value; // → 'on'
 * evaluator.evaluate('chat', { kind: 'user', key: 'anna' }, 'off').reason; // → { kind: 'FALLTHROUGH' }
 */
export function createEvaluator(set: FlagSet, options: EvaluatorOptions = {}): Evaluator {
  const compiled: Compiled = {
    generation: 0,
    flags: PatchedMap.from(),
    segments: PatchedMap.from(),
    outcomes: PatchedMap.from(),
    bigSegments: 0,
  };
  return new CompiledEvaluator(compiled, new CompileCache(), options).with(set);
}

interface Compiled extends Definitions {
  readonly flags: PatchedMap<string, CompiledFlag>;
  readonly segments: PatchedMap<string, CompiledSegment>;
  /** Beside the flags, because it is all that an evaluation reads of a flag: one object less to fetch. */
  readonly outcomes: PatchedMap<string, Outcome>;
  readonly bigSegments: number;
}

let generations = 0;

class CompiledEvaluator implements Evaluator {
  readonly #definitions: Compiled;
  readonly #outcomes: PatchedMap<string, Outcome>;
  readonly #cache: CompileCache;
  readonly #options: EvaluatorOptions;
  /** Serves every evaluation where no segment is big: then there is nothing to gather. */
  readonly #idleState: EvaluationState | undefined;

  constructor(definitions: Compiled, cache: CompileCache, options: EvaluatorOptions) {
    this.#definitions = definitions;
    this.#outcomes = definitions.outcomes;
    this.#cache = cache;
    this.#options = options;
    this.#idleState =
      definitions.bigSegments === 0 ? new EvaluationState(definitions, false, undefined) : undefined;
  }

  has(flagKey: string): boolean {
    return this.#definitions.flags.has(flagKey);
  }

  evaluate(
    flagKey: string,
    context: Context,
    defaultValue: JsonValue,
    options?: { readonly expectedType?: ExpectedType },
  ): EvaluationDetail {
    try {
      const checked = isUser(context) ? context : readContext(context);
      if (checked === undefined) {
        return withDefault(FAILURES.USER_NOT_SPECIFIED, defaultValue);
      }
      const found = this.#outcomes.get(flagKey);
      if (found === undefined) {
        return withDefault(FAILURES.FLAG_NOT_FOUND, defaultValue);
      }
      const decided =
        typeof found !== 'function' && found.variationIndex === undefined ? found.decide(checked) : found;
      const detail = typeof decided === 'function' ? this.#run(decided, checked) : decided;
      const answer = detail.variationIndex === null ? withDefault(detail, defaultValue) : detail;
      return options?.expectedType === undefined || hasType(answer.value, options.expectedType)
        ? answer
        : withDefault(FAILURES.WRONG_TYPE, defaultValue);
    } catch {
      // By contract nothing is thrown: anything unforeseen (a context that is a proxy, say) becomes EXCEPTION.
      return withDefault(FAILURES.EXCEPTION, defaultValue);
    }
  }

  evaluateAll(context: Context, options: EvaluateAllOptions = {}): { readonly [flagKey: string]: FlagState } {
    try {
      const checked = readContext(context);
      return checked === undefined
        ? {}
        : allFlagStates(this.#definitions.flags, checked, this.#state(), options);
    } catch {
      return {};
    }
  }

  explain(flagKey: string, context: Context): Explanation {
    try {
      const checked = readContext(context);
      if (checked === undefined) {
        return explainFailure(
          FAILURES.USER_NOT_SPECIFIED,
          'The context is not valid, so the default is served.',
        );
      }
      const flag = this.#definitions.flags.get(flagKey);
      if (flag === undefined) {
        return explainFailure(
          FAILURES.FLAG_NOT_FOUND,
          `There is no flag ${JSON.stringify(flagKey)}, so the default is served.`,
        );
      }
      return explainFlag(flag, checked, this.#state(), this.#cache);
    } catch {
      return explainFailure(FAILURES.EXCEPTION, 'The evaluation failed, so the default is served.');
    }
  }

  with(given: FlagSetChange): Evaluator {
    const change: JsonRecord = isRecord(given) ? given : {};
    const { flags, segments, outcomes, bigSegments } = this.#definitions;
    const newFlags = compiledChanges(change.flags, (key, flag) => compileFlag(key, flag, this.#cache));
    const newSegments = compiledChanges(change.segments, (key, segment) =>
      compileSegment(key, segment, this.#cache),
    );
    generations += 1;
    const definitions: Compiled = {
      generation: generations,
      flags: flags.with(newFlags),
      segments: segments.with(newSegments),
      outcomes: outcomes.with(newFlags.map(([key, flag]) => [key, flag?.outcome])),
      bigSegments: newSegments.reduce(
        (count, [key, segment]) => count + bigCount(segment) - bigCount(segments.get(key)),
        bigSegments,
      ),
    };
    return new CompiledEvaluator(definitions, this.#cache, this.#options);
  }

  #state(): EvaluationState {
    return this.#idleState ?? new EvaluationState(this.#definitions, true, this.#options.bigSegments);
  }

  #run(evaluate: Evaluate, context: CheckedContext): EvaluationDetail {
    // Without big segments there is no status.
    if (this.#idleState !== undefined) {
      return evaluate(context, this.#idleState, undefined);
    }
    const state = this.#state();
    const detail = evaluate(context, state, undefined);
    return state.status === undefined ? detail : withStatus(detail, state.status);
  }
}

const bigCount = (segment: CompiledSegment | undefined): number => (segment?.big === undefined ? 0 : 1);

/** Compiles what changed; `null` and a tombstone stand for a removal. */
function compiledChanges<Item extends CompiledFlag | CompiledSegment>(
  changes: unknown,
  compile: (key: string, item: unknown) => Item,
): readonly (readonly [string, Item | undefined])[] {
  if (!isRecord(changes)) {
    return [];
  }
  return Object.entries(changes).map(([key, item]) => {
    const isGone = item === null || item === undefined || (isRecord(item) && Boolean(item.deleted));
    return [key, isGone ? undefined : compile(key, item)];
  });
}

function withDefault({ reason }: EvaluationDetail, defaultValue: JsonValue): EvaluationDetail {
  return { value: defaultValue, variationIndex: null, reason };
}

/** JSON, like the SDK's `jsonVariation`, takes any value. */
function hasType(value: JsonValue, type: ExpectedType): boolean {
  return type === 'json' || typeof value === type;
}
