import type { AttributeGetter } from '../attribute.ts';
import { prepareOperator, primitivesIn } from '../operators.ts';
import { BAD, NO, YES, type Matcher } from './state.ts';

export interface AttributeClause {
  readonly get: AttributeGetter;
  readonly op: unknown;
  /** `undefined` when they are no list. */
  readonly values: readonly unknown[] | undefined;
  readonly negate: boolean;
}

/** A missing attribute does not match, even when negated; a list matches if one of its elements does. */
export function attributeMatcher({ get, op, values, negate }: AttributeClause): Matcher {
  if (values === undefined) {
    return matcherWithoutValues(get, negate);
  }
  const comparison = comparisonOf(op, values);
  if (comparison !== undefined) {
    return comparisonMatcher(get, comparison, negate);
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

/** `in` with one or two values: the most common clause of all. Comparing more takes longer than looking them up. */
export interface Comparison {
  readonly first: unknown;
  /** `NO_VALUE` where there is only one. */
  readonly second: unknown;
}

/** Equals nothing. */
const NO_VALUE = Symbol('no value');

export function comparisonOf(op: unknown, values: readonly unknown[]): Comparison | undefined {
  const [first = NO_VALUE, second = NO_VALUE, ...more] = op === 'in' ? primitivesIn(values) : [];
  return first === NO_VALUE || more.length > 0 ? undefined : { first, second };
}

/** The values are variables of the function, not elements of a list: two objects less to fetch for each evaluation. */
function comparisonMatcher(get: AttributeGetter, { first, second }: Comparison, negate: boolean): Matcher {
  const yes = negate ? NO : YES;
  const no = negate ? YES : NO;
  return (context) => {
    const value = get(context);
    return value === undefined ? NO : equalsOneOf(value, first, second) ? yes : no;
  };
}

/** Is the value, or one of its elements, the first or the second? */
export function equalsOneOf(value: unknown, first: unknown, second: unknown): boolean {
  return (
    value === first ||
    value === second ||
    (typeof value === 'object' &&
      Array.isArray(value) &&
      value.some((element) => element === first || element === second))
  );
}
