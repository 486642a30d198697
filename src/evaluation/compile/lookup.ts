import { plainName, type AttributeGetter } from '../attribute.ts';
import { primitivesIn } from '../operators.ts';
import type { AttributeQuestion } from './attribute-matcher.ts';

/** A clause that a list of values decides: for every other value, and for a list that is empty, it says the same. */
export interface Lookup {
  readonly get: AttributeGetter;
  /** What something can equal: no lists, no objects. */
  readonly listed: readonly unknown[];
  readonly negate: boolean;
  /** The same as short as it can be said; `undefined` where there is more to ask. */
  readonly comparison: Comparison | undefined;
}

/** Is this attribute, which a name alone leads to, this value? */
export interface Comparison {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
  readonly negate: boolean;
}

export function lookupOf({ kind, path, get, op, values, negate }: AttributeQuestion): Lookup | undefined {
  if (op !== 'in' || values === undefined) {
    return undefined;
  }
  const name = plainName(path);
  const listed = primitivesIn(values);
  const comparison =
    name === undefined || listed.length !== 1 ? undefined : { kind, name, value: listed[0], negate };
  return { get, listed, negate, comparison };
}
