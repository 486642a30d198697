import { plainName, type AttributeGetter } from '../attribute.ts';
import { prepareOperator, primitivesIn, type ValueTest } from '../operators.ts';
import type { AttributeQuestion } from './attribute-matcher.ts';

/** A clause that a list of values decides: for every other value, and for a list that is empty, it says the same. */
export interface Lookup {
  readonly kind: string;
  /** `undefined` where it takes more than a name to get there. */
  readonly name: string | undefined;
  readonly get: AttributeGetter;
  readonly listed: readonly unknown[];
  readonly test: ValueTest;
  readonly negate: boolean;
}

export function lookupOf({ kind, path, get, op, values, negate }: AttributeQuestion): Lookup | undefined {
  return op === 'in' && values !== undefined
    ? {
        kind,
        name: plainName(path),
        get,
        listed: primitivesIn(values),
        test: prepareOperator(op, values),
        negate,
      }
    : undefined;
}
