import { toEpochMs } from './dates.ts';
import type { Operator } from './model.ts';
import { compilePattern, matchesPattern } from './regex/pattern.ts';
import { compareVersions, parseVersion, type SemanticVersion } from './semantic-version.ts';

export type AttributeOperator = Exclude<Operator, 'segmentMatch'>;

/** Does one value of the context match any of a clause's values? */
export type ValueTest = (value: unknown) => boolean;

/** Prepares a clause's values once, so that only the context's value is looked at later. */
type Prepare = (values: readonly unknown[]) => ValueTest;

const strings = (values: readonly unknown[]): readonly string[] =>
  values.filter((value) => typeof value === 'string');

function any<Value>(
  expected: readonly Value[],
  value: Value,
  matches: (value: Value, expected: Value) => boolean,
): boolean {
  for (const other of expected) {
    if (matches(value, other)) {
      return true;
    }
  }
  return false;
}

/** Most clauses have one value, which is compared without a loop. */
const onText =
  (matches: (text: string, expected: string) => boolean): Prepare =>
  (values) => {
    const expected = strings(values);
    const [only] = expected;
    return only !== undefined && expected.length === 1
      ? (value) => typeof value === 'string' && matches(value, only)
      : (value) => typeof value === 'string' && any(expected, value, matches);
  };

const onNumber =
  (matches: (number: number, expected: number) => boolean): Prepare =>
  (values) => {
    const expected = values.filter((value) => typeof value === 'number');
    const [only] = expected;
    return only !== undefined && expected.length === 1
      ? (value) => typeof value === 'number' && matches(value, only)
      : (value) => typeof value === 'number' && any(expected, value, matches);
  };

const onDate =
  (matches: (ms: number, expected: number) => boolean): Prepare =>
  (values) => {
    const expected = values.map(toEpochMs);
    return (value) => any(expected, toEpochMs(value), matches);
  };

const onVersion = (matches: (order: number) => boolean): Prepare => {
  const compare = (version: SemanticVersion, other: SemanticVersion): boolean =>
    matches(compareVersions(version, other));
  return (values) => {
    const expected = values.map(parseVersion).filter((version) => version !== undefined);
    return (value) => {
      const version = parseVersion(value);
      return version !== undefined && any(expected, version, compare);
    };
  };
};

/** The values that something can equal: lists and objects equal nothing. */
export function primitivesIn(values: readonly unknown[]): readonly unknown[] {
  return values.filter(
    (value) => value !== undefined && !Number.isNaN(value) && (typeof value !== 'object' || value === null),
  );
}

/** Same type and equal. */
const oneOf: Prepare = (values) => {
  const set = new Set(primitivesIn(values));
  return (value) => set.has(value);
};

const matches: Prepare = (values) => {
  const patterns = strings(values).map(compilePattern);
  return (value) => typeof value === 'string' && patterns.some((pattern) => matchesPattern(pattern, value));
};

/** A Map, so that an operator named like a member of `Object.prototype` is as unknown as any other. */
const OPERATIONS: ReadonlyMap<unknown, Prepare> = new Map<unknown, Prepare>(
  Object.entries({
    in: oneOf,
    startsWith: onText((text, start) => text.startsWith(start)),
    endsWith: onText((text, end) => text.endsWith(end)),
    contains: onText((text, part) => text.includes(part)),
    matches,
    lessThan: onNumber((number, limit) => number < limit),
    lessThanOrEqual: onNumber((number, limit) => number <= limit),
    greaterThan: onNumber((number, limit) => number > limit),
    greaterThanOrEqual: onNumber((number, limit) => number >= limit),
    before: onDate((ms, limit) => ms < limit),
    after: onDate((ms, limit) => ms > limit),
    semVerEqual: onVersion((order) => order === 0),
    semVerLessThan: onVersion((order) => order < 0),
    semVerGreaterThan: onVersion((order) => order > 0),
  } satisfies Record<AttributeOperator, Prepare>),
);

const never: ValueTest = () => false;

/** The test that an operator and a clause's values make; an unknown operator matches nothing. */
export function prepareOperator(op: unknown, values: readonly unknown[]): ValueTest {
  return OPERATIONS.get(op)?.(values) ?? never;
}
