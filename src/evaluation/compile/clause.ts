import { parseAttribute, type AttributeGetter } from '../attribute.ts';
import { isRecord, itemsOf, present, primitiveText } from '../json.ts';
import { show } from '../show.ts';
import { prepareOperator, primitivesIn, type ValueTest } from '../operators.ts';
import { BAD, NO, YES, type Matcher, type Verdict } from './state.ts';
import type { CompiledSegment } from './segment.ts';
import type { Workshop } from './workshop.ts';

/** A compiled clause: how it matches, and what an explanation says about it. */
export type ClauseNode =
  | {
      readonly kind: 'attribute';
      readonly match: Matcher;
      readonly get: AttributeGetter;
      readonly contextKind: string;
      readonly attribute: string;
      readonly op: string;
      readonly values: readonly unknown[];
      readonly negate: boolean;
    }
  | {
      readonly kind: 'segments';
      readonly match: Matcher;
      readonly segments: readonly string[];
      readonly negate: boolean;
    }
  | { readonly kind: 'malformed'; readonly match: Matcher; readonly problem: string };

const malformed = (problem: string): ClauseNode => ({ kind: 'malformed', match: () => BAD, problem });

export function compileClause(clause: unknown, workshop: Workshop): ClauseNode {
  return workshop.clause(clause, () => makeClause(clause, workshop));
}

function makeClause(clause: unknown, workshop: Workshop): ClauseNode {
  if (!isRecord(clause)) {
    return malformed('the clause is not an object');
  }
  const negate = Boolean(clause.negate);
  if (clause.op === 'segmentMatch') {
    return compileSegmentClause(clause.values, negate);
  }
  const contextKind = present(clause.contextKind);
  // Without a kind beside it the attribute is a plain name, never a path.
  const path = parseAttribute(clause.attribute, !contextKind);
  if (path === undefined) {
    return malformed(`${show(clause.attribute)} is no valid attribute`);
  }
  const kind = contextKind === undefined ? 'user' : (primitiveText(contextKind) ?? '');
  const get = workshop.getter(kind, path);
  const values = Array.isArray(clause.values) ? clause.values : undefined;
  return {
    kind: 'attribute',
    match:
      values === undefined
        ? withoutValues(get, negate)
        : (compareMatcher(clause.op, get, values, negate) ??
          attributeMatcher(get, prepareOperator(clause.op, values), negate)),
    get,
    contextKind: kind,
    attribute: String(clause.attribute),
    op: primitiveText(clause.op) ?? 'without an operator',
    values: values ?? [],
    negate,
  };
}

/** Up to this many values are compared one by one, which is faster than to look them up. */
const FEW = 4;

/** `in` with few values, the most common clause of all, without a call for the test. */
function compareMatcher(
  op: unknown,
  get: AttributeGetter,
  values: readonly unknown[],
  negate: boolean,
): Matcher | undefined {
  const known = primitivesIn(values);
  const [first, second = first, third = first, fourth = first] = known;
  if (op !== 'in' || first === undefined || known.length > FEW) {
    return undefined;
  }
  const yes = negate ? NO : YES;
  const no = negate ? YES : NO;
  const equals: ValueTest = (value) =>
    value === first || value === second || value === third || value === fourth;
  return (context) => {
    const value = get(context);
    if (value === first || value === second || value === third || value === fourth) {
      return yes;
    }
    if (value === undefined) {
      return NO;
    }
    return Array.isArray(value) && value.some(equals) ? yes : no;
  };
}

/** Nothing there is no match even when negated; a list matches if one of its elements does. */
function attributeMatcher(get: AttributeGetter, test: ValueTest, negate: boolean): Matcher {
  const yes = negate ? NO : YES;
  const no = negate ? YES : NO;
  return (context) => {
    const value = get(context);
    if (value === undefined) {
      return NO;
    }
    if (typeof value === 'object' && Array.isArray(value)) {
      return value.some(test) ? yes : no;
    }
    return test(value) ? yes : no;
  };
}

/** Malformed as soon as there is something to compare, which an empty list is not. */
function withoutValues(get: AttributeGetter, negate: boolean): Matcher {
  return (context) => {
    const value = get(context);
    if (value === undefined) {
      return NO;
    }
    return Array.isArray(value) && value.length === 0 ? (negate ? YES : NO) : BAD;
  };
}

function compileSegmentClause(values: unknown, negate: boolean): ClauseNode {
  const list: readonly unknown[] = itemsOf(values);
  const segments = list.map(primitiveText).filter((key) => key !== undefined);
  const [only] = segments;
  return {
    kind: 'segments',
    match:
      only !== undefined && segments.length === 1 ? inSegment(only, negate) : inAnySegment(segments, negate),
    segments,
    negate,
  };
}

/** Looks the segment up once for each evaluator: by a number, because to hold its links would keep it alive. */
function inSegment(key: string, negate: boolean): Matcher {
  const answers = negate ? NEGATED : PLAIN;
  let generation = NEVER;
  let segment: CompiledSegment | undefined;
  return (context, state, chain) => {
    if (state.links.generation !== generation) {
      ({ generation } = state.links);
      segment = state.links.segments.get(key);
    }
    return answers[segment === undefined ? NO : askSegment(segment, context, state, chain)];
  };
}

/** No evaluator has this generation. */
const NEVER = -1;

function inAnySegment(keys: readonly string[], negate: boolean): Matcher {
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
  const segment = state.links.segments.get(key);
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
  chain.remember(segment, verdict);
  return verdict;
}

/** A rule's clauses, joined by AND. */
export interface ClauseList {
  readonly clauses: readonly ClauseNode[];
  readonly match: Matcher;
}

export function compileClauses(list: readonly unknown[], workshop: Workshop): ClauseList {
  return workshop.clauses(list, () => {
    const clauses = list.map((clause) => compileClause(clause, workshop));
    return { clauses, match: matchAll(clauses) };
  });
}

/** All of them, in order: the first that does not match decides, and so does the first malformed one. */
function matchAll(clauses: readonly ClauseNode[]): Matcher {
  const matchers = clauses.map((clause) => clause.match);
  const [first, second] = matchers;
  if (first === undefined) {
    return () => YES;
  }
  if (matchers.length === 1) {
    return first;
  }
  if (matchers.length === 2 && second !== undefined) {
    return (context, state, chain) => {
      const verdict = first(context, state, chain);
      return verdict === YES ? second(context, state, chain) : verdict;
    };
  }
  return (context, state, chain) => {
    for (const match of matchers) {
      const verdict = match(context, state, chain);
      if (verdict !== YES) {
        return verdict;
      }
    }
    return YES;
  };
}
