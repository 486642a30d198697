import { BAD, NO, YES, type EvaluationState, type Matcher, type Verdict } from './state.ts';
import type { CompiledSegment } from './segment.ts';

/** Looks the segment up once for each evaluator: by a number, because to hold its definitions would keep it alive. */
export function inSegment(key: string, negate: boolean): Matcher {
  let generation = NEVER;
  let match: Matcher = nobody;
  const find = ({ definitions }: EvaluationState): void => {
    ({ generation } = definitions);
    match = matcherOf(definitions.segments.get(key));
  };
  if (negate) {
    return (context, state, chain) => {
      if (state.definitions.generation !== generation) {
        find(state);
      }
      return NEGATED[match(context, state, chain)];
    };
  }
  return (context, state, chain) => {
    if (state.definitions.generation !== generation) {
      find(state);
    }
    return match(context, state, chain);
  };
}

const nobody: Matcher = () => NO;

function matcherOf(segment: CompiledSegment | undefined): Matcher {
  if (segment === undefined) {
    return nobody;
  }
  return segment.nests
    ? (context, state, chain) => askSegment(segment, context, state, chain)
    : segment.match;
}

/** No evaluator has this generation. */
const NEVER = -1;

export function inAnySegment(keys: readonly string[], negate: boolean): Matcher {
  const answers = negate ? NEGATED : PLAIN;
  return (context, state, chain) => {
    for (const key of keys) {
      const verdict = matchSegment(key, context, state, chain);
      if (verdict !== NO) {
        return answers[verdict];
      }
    }
    return answers[NO];
  };
}

/** What a clause says when its segment says so, by verdict. */
const PLAIN = [NO, YES, BAD] as const;
const NEGATED = [YES, NO, BAD] as const;

/** A segment asked from where the chain is; an unknown one holds nobody. */
export function matchSegment(key: string, ...[context, state, chain]: Parameters<Matcher>): Verdict {
  const segment = state.definitions.segments.get(key);
  return segment === undefined ? NO : askSegment(segment, context, state, chain);
}

function askSegment(segment: CompiledSegment, ...[context, state, chain]: Parameters<Matcher>): Verdict {
  // One that asks no other cannot be on the way to itself, and is asked again faster than it is remembered.
  if (!segment.nests || chain === undefined) {
    return segment.match(context, state, chain);
  }
  if (chain.includes(segment)) {
    return BAD;
  }
  const known = chain.recall(segment);
  if (known !== undefined) {
    return known;
  }
  const verdict = segment.match(context, state, chain);
  if (verdict !== BAD) {
    chain.remember(segment, verdict);
  }
  return verdict;
}
