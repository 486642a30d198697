import { plainName, type AttributeGetter, type AttributePath } from '../attribute.ts';
import { contextOfKind } from '../context.ts';
import { prepareOperator, primitivesIn } from '../operators.ts';
import { BAD, NO, YES, type Matcher } from './state.ts';

export interface AttributeClause {
  readonly kind: string;
  readonly path: AttributePath;
  readonly get: AttributeGetter;
  readonly op: unknown;
  /** `undefined` when they are no list. */
  readonly values: readonly unknown[] | undefined;
  readonly negate: boolean;
}

/** A missing attribute does not match, even when negated; a list matches if one of its elements does. */
export function attributeMatcher(clause: AttributeClause): Matcher {
  const { get, op, values, negate } = clause;
  if (values === undefined) {
    return matcherWithoutValues(get, negate);
  }
  const comparison = comparisonOf(clause);
  if (comparison !== undefined) {
    return comparisonMatcher(comparison);
  }
  const test = prepareOperator(op, values);
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
function matcherWithoutValues(get: AttributeGetter, negate: boolean): Matcher {
  return (context) => {
    const value = get(context);
    if (value === undefined) {
      return NO;
    }
    return Array.isArray(value) && value.length === 0 ? (negate ? YES : NO) : BAD;
  };
}

/** Up to this many values are compared one by one, which is faster than to look them up. */
const MAX_COMPARED = 4;

/** `in` with few values on an attribute that a name alone leads to: the most common clause of all. */
export interface Comparison {
  readonly kind: string;
  readonly name: string;
  readonly values: readonly unknown[];
  readonly negate: boolean;
}

export function comparisonOf({ kind, path, op, values, negate }: AttributeClause): Comparison | undefined {
  const name = plainName(path);
  if (op !== 'in' || name === undefined || values === undefined) {
    return undefined;
  }
  const primitives = primitivesIn(values);
  return primitives.length > MAX_COMPARED ? undefined : { kind, name, values: primitives, negate };
}

/**
 * The values are variables of the function, not elements of a list, and it reads the attribute itself: two objects less
 * to fetch for each evaluation.
 */
function comparisonMatcher({ kind, name, values, negate }: Comparison): Matcher {
  const [a, b, c, d] = values;
  const { length } = values;
  const yes = negate ? NO : YES;
  const no = negate ? YES : NO;
  return (context) => {
    const value = (context.kind === kind ? context : contextOfKind(context, kind))?.[name];
    if (value === undefined || value === null) {
      return NO;
    }
    return matchesOneOf(value, length, a, b, c, d) ? yes : no;
  };
}

/** Is the value, or one of its elements, one of the first `length` of four? A value is never `undefined`. */
export function matchesOneOf(
  value: unknown,
  length: number,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
): boolean {
  // Each comparison of texts that differ costs more than all the rest, so none is made in vain.
  if (value === a || (length > 1 && (value === b || (length > 2 && (value === c || value === d))))) {
    return true;
  }
  return typeof value === 'object' && isListWithOneOf(value, [a, b, c, d].slice(0, length));
}

function isListWithOneOf(value: object | null, values: readonly unknown[]): boolean {
  return Array.isArray(value) && value.some((element) => values.includes(element));
}
