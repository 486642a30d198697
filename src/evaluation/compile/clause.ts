import { parseAttribute, type AttributeGetter } from '../attribute.ts';
import { askedKind } from '../context.ts';
import { isRecord, itemsOf, present, primitiveText } from '../json.ts';
import { show } from '../show.ts';
import { attributeMatcher } from './attribute-matcher.ts';
import { lookupOf, type Lookup } from './lookup.ts';
import { inAnySegment, inSegment } from './segment-matcher.ts';
import { BAD, YES, type Matcher } from './state.ts';
import type { CompileCache } from './compile-cache.ts';

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
      /** Where the clause can be looked up instead of asked. */
      readonly lookup: Lookup | undefined;
    }
  | {
      readonly kind: 'segments';
      readonly match: Matcher;
      readonly segments: readonly string[];
      readonly negate: boolean;
    }
  | { readonly kind: 'malformed'; readonly match: Matcher; readonly problem: string };

const malformed = (problem: string): ClauseNode => ({ kind: 'malformed', match: () => BAD, problem });

export function compileClause(clause: unknown, cache: CompileCache): ClauseNode {
  return cache.clause(clause, () => makeClause(clause, cache));
}

function makeClause(clause: unknown, cache: CompileCache): ClauseNode {
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
  const get = cache.getter(kind, path);
  const values = Array.isArray(clause.values) ? clause.values : undefined;
  const question = { kind: askedKind(kind), path, get, op: clause.op, values, negate };
  return {
    kind: 'attribute',
    match: attributeMatcher(question),
    get,
    contextKind: kind,
    attribute: String(clause.attribute),
    op: primitiveText(clause.op) ?? 'without an operator',
    values: values ?? [],
    negate,
    lookup: lookupOf(question),
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

/** A rule's clauses, joined by AND. */
export interface ClauseList {
  readonly clauses: readonly ClauseNode[];
  readonly match: Matcher;
  /** The same in two steps, which may be missing: two clauses are then asked without a third call. */
  readonly steps: Steps;
  /** Equal for lists that compile to the same; `undefined` for one that is made for a rule alone. */
  readonly signature: string | undefined;
}

export type Steps = readonly [Matcher | undefined, Matcher | undefined];

export function compileClauses(list: readonly unknown[], cache: CompileCache): ClauseList {
  return cache.clauses(list, (signature) => {
    const clauses = list.map((clause) => compileClause(clause, cache));
    const steps = stepsOf(clauses);
    const [first = always, second] = steps;
    return { clauses, match: second === undefined ? first : matchBoth(first, second), steps, signature };
  });
}

export function stepsOf(clauses: readonly ClauseNode[]): Steps {
  const [first, ...rest] = clauses.map(({ match }) => match);
  return [first, rest.length === 0 ? undefined : matchAll(rest)];
}

const always: Matcher = () => YES;

function matchBoth(first: Matcher, second: Matcher): Matcher {
  return (context, state, chain) => {
    const verdict = first(context, state, chain);
    return verdict === YES ? second(context, state, chain) : verdict;
  };
}

/** All of them, in order: the first that does not match decides, and so does the first malformed one. */
function matchAll(matchers: readonly Matcher[]): Matcher {
  const [only] = matchers;
  if (only !== undefined && matchers.length === 1) {
    return only;
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
