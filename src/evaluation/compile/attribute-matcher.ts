import { plainName, type AttributeGetter, type AttributePath } from '../attribute.ts';
import { contextOfKind } from '../context.ts';
import { prepareOperator, primitivesIn, type ValueTest } from '../operators.ts';
import { BAD, NO, YES, type Matcher, type Verdict } from './state.ts';

export interface AttributeQuestion {
  readonly kind: string;
  readonly path: AttributePath;
  readonly get: AttributeGetter;
  readonly op: unknown;
  /** `undefined` when they are no list. */
  readonly values: readonly unknown[] | undefined;
  readonly negate: boolean;
}

/** Nothing there is no match even when negated; a list matches if one of its elements does. */
export function attributeMatcher({ kind, path, get, op, values, negate }: AttributeQuestion): Matcher {
  if (values === undefined) {
    return withoutValues(get, negate);
  }
  const name = plainName(path);
  if (op !== 'in' || name === undefined) {
    return testMatcher(get, prepareOperator(op, values), negate);
  }
  const known = primitivesIn(values);
  return known.length <= FEW
    ? compareMatcher(kind, name, known, negate)
    : lookupMatcher(kind, name, known, negate);
}

function testMatcher(get: AttributeGetter, test: ValueTest, negate: boolean): Matcher {
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

/** Up to this many values are compared one by one, which is faster than to look them up. */
const FEW = 4;

// `in` on a plain attribute is the most common clause of all, so its matchers read the attribute themselves, and none
// makes a comparison too many: to find that two texts differ takes longer than all the rest.

function compareMatcher(kind: string, name: string, values: readonly unknown[], negate: boolean): Matcher {
  const [first] = values;
  const yes = negate ? NO : YES;
  const no = negate ? YES : NO;
  const inList = (value: unknown): Verdict =>
    Array.isArray(value) && value.some((element) => values.includes(element)) ? yes : no;
  if (values.length === 1) {
    return (context) => {
      const value = (context.kind === kind ? context : contextOfKind(context, kind))?.[name];
      if (value === undefined || value === null) {
        return NO;
      }
      if (value === first) {
        return yes;
      }
      return typeof value === 'object' ? inList(value) : no;
    };
  }
  return (context) => {
    const value = (context.kind === kind ? context : contextOfKind(context, kind))?.[name];
    if (value === undefined || value === null) {
      return NO;
    }
    for (const other of values) {
      if (value === other) {
        return yes;
      }
    }
    return typeof value === 'object' ? inList(value) : no;
  };
}

function lookupMatcher(kind: string, name: string, values: readonly unknown[], negate: boolean): Matcher {
  const set = new Set(values);
  const yes = negate ? NO : YES;
  const no = negate ? YES : NO;
  const isIn: ValueTest = (value) => set.has(value);
  return (context) => {
    const value = (context.kind === kind ? context : contextOfKind(context, kind))?.[name];
    if (value === undefined || value === null) {
      return NO;
    }
    if (set.has(value)) {
      return yes;
    }
    return typeof value === 'object' && Array.isArray(value) && value.some(isIn) ? yes : no;
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
