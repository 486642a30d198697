import { parseAttribute, type AttributeGetter } from '../attribute.ts';
import { isRecord, itemsOf, present, primitiveText } from '../json.ts';
import { primitivesIn } from '../operators.ts';
import { show } from '../show.ts';
import { attributeMatcher, comparisonOf, type Comparison } from './attribute-matcher.ts';
import type { CompileCache } from './compile-cache.ts';
import { inAnySegment, inSegment } from './segment-matcher.ts';
import { BAD, YES, type Matcher } from './state.ts';

/** A compiled clause: its matcher, and what an explanation says about it. */
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
      readonly membership: Membership | undefined;
    }
  | {
      readonly kind: 'segments';
      readonly match: Matcher;
      readonly segments: readonly string[];
      readonly negate: boolean;
    }
  | { readonly kind: 'malformed'; readonly match: Matcher; readonly problem: string };

/** The operator `in`, as a rule table reads it. */
export interface Membership {
  readonly get: AttributeGetter;
  /** What something can equal: no lists, no objects. */
  readonly values: readonly unknown[];
  readonly negate: boolean;
  readonly comparison: Comparison | undefined;
}

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
  return {
    kind: 'attribute',
    match: attributeMatcher({ get, op: clause.op, values, negate }),
    get,
    contextKind: kind,
    attribute: String(clause.attribute),
    op: primitiveText(clause.op) ?? 'without an operator',
    values: values ?? [],
    negate,
    membership:
      clause.op === 'in' && values !== undefined
        ? { get, values: primitivesIn(values), negate, comparison: comparisonOf(clause.op, values) }
        : undefined,
  };
}

function compileSegmentClause(values: unknown, negate: boolean): ClauseNode {
  const segments = itemsOf(values)
    .map(primitiveText)
    .filter((key) => key !== undefined);
  const [only] = segments;
  const match =
    only !== undefined && segments.length === 1 ? inSegment(only, negate) : inAnySegment(segments, negate);
  return { kind: 'segments', match, segments, negate };
}

/** A rule's clauses, joined by AND. */
export interface ClauseList {
  readonly clauses: readonly ClauseNode[];
  readonly match: Matcher;
  /** Equal for lists that compile to the same; `undefined` for a list that is not shared. */
  readonly signature: string | undefined;
}

export function compileClauses(list: readonly unknown[], cache: CompileCache): ClauseList {
  return cache.clauses(list, (signature) => {
    const clauses = list.map((clause) => compileClause(clause, cache));
    return { clauses, match: matchAll(clauses), signature };
  });
}

const matchAlways: Matcher = () => YES;

/** In order: the first clause that does not match, or is malformed, decides. */
export function matchAll(clauses: readonly ClauseNode[]): Matcher {
  const [first = matchAlways, second, ...more] = clauses.map(({ match }) => match);
  if (second === undefined) {
    return first;
  }
  if (more.length === 0) {
    return (context, state, chain) => {
      const verdict = first(context, state, chain);
      return verdict === YES ? second(context, state, chain) : verdict;
    };
  }
  const matchers = [first, second, ...more];
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
