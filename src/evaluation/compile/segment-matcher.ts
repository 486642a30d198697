import { BAD, NO, YES, type EvaluationState, type Matcher, type Verdict } from './state.ts';
import type { CompiledSegment } from './segment.ts';

/** Looks the segment up once for each evaluator: by a number, because to hold its definitions would keep it alive. */
export function inSegment(key: string, negate: boolean): Matcher {
  let generation = NEVER;
  let match: Matcher = matchNone;
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

const matchNone: Matcher = () => NO;

function matcherOf(segment: CompiledSegment | undefined): Matcher {
  if (segment === undefined) {
    return matchNone;
  }
  return segment.nests ? (context, state, chain) => matchOnce(segment, context, state, chain) : segment.match;
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

/** A clause's verdict by its segment's. */
const PLAIN = [NO, YES, BAD] as const;
const NEGATED = [YES, NO, BAD] as const;

/** Is the context in the segment? An unknown segment has no members. */
export function matchSegment(key: string, ...[context, state, chain]: Parameters<Matcher>): Verdict {
  const segment = state.definitions.segments.get(key);
  return segment === undefined ? NO : matchOnce(segment, context, state, chain);
}

function matchOnce(segment: CompiledSegment, ...[context, state, chain]: Parameters<Matcher>): Verdict {
  // A segment without references cannot be in a cycle, and is faster to match again than to remember.
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
