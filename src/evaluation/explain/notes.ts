import { toEpochMs } from '../dates.ts';
import { itemsOf } from '../json.ts';
import type { AttributeOperator } from '../operators.ts';
import { MAX_SUBJECT_LENGTH } from '../regex/linear-pattern.ts';
import { compilePattern } from '../regex/pattern.ts';
import { parseVersion } from '../semantic-version.ts';
import { show } from '../show.ts';
import { showValue } from './text.ts';

/** What an operator compares; any other value, on either side, matches nothing. */
interface Comparable {
  readonly name: string;
  readonly is: (value: unknown) => boolean;
}

const TEXT: Comparable = { name: 'text', is: (value) => typeof value === 'string' };
const NUMBER: Comparable = { name: 'number', is: (value) => typeof value === 'number' };
const VERSION: Comparable = { name: 'version', is: (value) => parseVersion(value) !== undefined };
const DATE: Comparable = {
  name: 'date with a time and a zone',
  is: (value) => !Number.isNaN(toEpochMs(value)),
};

const COMPARABLES: ReadonlyMap<string, Comparable> = new Map(
  Object.entries({
    startsWith: TEXT,
    endsWith: TEXT,
    contains: TEXT,
    matches: TEXT,
    lessThan: NUMBER,
    lessThanOrEqual: NUMBER,
    greaterThan: NUMBER,
    greaterThanOrEqual: NUMBER,
    before: DATE,
    after: DATE,
    semVerEqual: VERSION,
    semVerLessThan: VERSION,
    semVerGreaterThan: VERSION,
  } satisfies Record<Exclude<AttributeOperator, 'in'>, Comparable>),
);

const MAX_NOTES = 5;

/** Which values of the context, or of the clause, cannot match anything. */
export function notesOn(op: string, value: unknown, values: readonly unknown[]): readonly string[] {
  const comparable = COMPARABLES.get(op);
  if (comparable === undefined) {
    return [];
  }
  const own = Array.isArray(value) ? itemsOf(value) : [value];
  const notes = [
    ...(own.some(comparable.is) ? [] : [`${showValue(value)} is not a ${comparable.name}.`]),
    ...values.filter((one) => !comparable.is(one)).map((one) => `${show(one)} is not a ${comparable.name}.`),
    ...(op === 'matches' ? patternNotes(own, values) : []),
  ];
  return notes.slice(0, MAX_NOTES);
}

function patternNotes(own: readonly unknown[], values: readonly unknown[]): readonly string[] {
  const tooLong = own.filter((one) => typeof one === 'string' && one.length > MAX_SUBJECT_LENGTH);
  return [
    ...tooLong.map(
      (one) =>
        `A text of ${String(one).length} characters, more than ${MAX_SUBJECT_LENGTH}, is never matched.`,
    ),
    ...values
      .filter((one) => typeof one === 'string')
      .flatMap((one) => {
        const pattern = compilePattern(one);
        return pattern.ok ? [] : [`The pattern ${show(one)} is never matched: ${pattern.problem}.`];
      }),
  ];
}
