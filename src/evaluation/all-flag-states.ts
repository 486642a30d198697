import type { CompiledFlag } from './compile/flag.ts';
import { resolveOutcome } from './compile/outcome.ts';
import { evaluatedPrerequisites } from './compile/prerequisites.ts';
import { Chain, type EvaluationState, type FlagChain } from './compile/state.ts';
import type { CheckedContext } from './context.ts';
import type { EvaluationDetail } from './detail.ts';
import type { EvaluateAllOptions, FlagState } from './evaluator.ts';
import { isVisible, makeFlagState } from './flag-state.ts';
import { failure, withStatus } from './make-detail.ts';

const EXCEPTION = failure('EXCEPTION');
/** States beyond this many per flag are made for each call, which is faster than to search for them. */
const MAX_CACHED_STATES = 16;

/** What the flags of one call share: the big segment store and each prerequisite are asked once. */
interface Pass {
  readonly context: CheckedContext;
  readonly state: EvaluationState;
  readonly withReasons: boolean;
  /** Absent where a segment is big: each flag then evaluates its prerequisites itself, for a status of its own. */
  chain: FlagChain | undefined;
}

/** Every flag evaluated for one context. */
export function allFlagStates(
  flags: ReadonlyMap<string, CompiledFlag>,
  context: CheckedContext,
  state: EvaluationState,
  { only, clientSide, withReasons = false }: EvaluateAllOptions,
): { readonly [flagKey: string]: FlagState } {
  const pass: Pass = { context, state, withReasons, chain: state.gathers ? undefined : new Chain() };
  // Without a prototype any text is a plain key, and adding a thousand of them is five times as fast.
  const states: { [flagKey: string]: FlagState } = Object.create(null);
  for (const [key, flag] of only === undefined ? flags : pick(flags, only)) {
    if (isVisible(flag.definition, clientSide)) {
      states[key] = stateOrFailure(flag, pass);
    }
  }
  return states;
}

function pick(
  flags: ReadonlyMap<string, CompiledFlag>,
  keys: ReadonlySet<string>,
): readonly (readonly [string, CompiledFlag])[] {
  return [...keys].flatMap((key) => {
    const flag = flags.get(key);
    return flag === undefined ? [] : [[key, flag] as const];
  });
}

/** A flag that cannot be evaluated (its prerequisites may be a chain too long for the stack) fails alone. */
function stateOrFailure(flag: CompiledFlag, pass: Pass): FlagState {
  try {
    return stateOf(flag, pass);
  } catch {
    // The chain still holds the flags that the failure cut off.
    pass.chain &&= new Chain();
    return cachedState(flag, EXCEPTION, pass.withReasons);
  }
}

function stateOf(flag: CompiledFlag, { context, state, withReasons, chain }: Pass): FlagState {
  state.startFlag();
  const detail = resolveOutcome(flag.outcome, context, state, chain);
  const { status } = state;
  const flagState =
    status === undefined
      ? cachedState(flag, detail, withReasons)
      : makeFlagState(flag.definition, withStatus(detail, status), withReasons);
  if (flag.prerequisites.length === 0) {
    return flagState;
  }
  const prerequisites = evaluatedPrerequisites(flag, context, state, chain ?? new Chain());
  return prerequisites.length === 0 ? flagState : { ...flagState, prerequisites };
}

/** A flag has few details of its own, so each one's state is made once. */
function cachedState(flag: CompiledFlag, detail: EvaluationDetail, withReasons: boolean): FlagState {
  for (const cached of flag.states) {
    if (cached.detail === detail && cached.withReasons === withReasons) {
      return cached.state;
    }
  }
  const state = makeFlagState(flag.definition, detail, withReasons);
  if (flag.states.length < MAX_CACHED_STATES) {
    flag.states = [...flag.states, { detail, withReasons, state }];
  }
  return state;
}
