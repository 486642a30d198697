import { toEpochMs } from './dates.ts';
import type { Operator } from './model.ts';
import { compilePattern, matchesPattern } from './pattern.ts';
import { compareVersions, parseVersion, type SemanticVersion } from './semantic-version.ts';

export type AttributeOperator = Exclude<Operator, 'segmentMatch'>;

/** Does one value of the context match any of a clause's values? */
export type ValueTest = (value: unknown) => boolean;

/** Prepares a clause's values once, so that only the context's value is looked at later. */
type Prepare = (values: readonly unknown[]) => ValueTest;

const strings = (values: readonly unknown[]): readonly string[] =>
  values.filter((value) => typeof value === 'string');

const onText =
  (matches: (text: string, expected: string) => boolean): Prepare =>
  (values) => {
    const expected = strings(values);
    return (value) => typeof value === 'string' && expected.some((text) => matches(value, text));
  };

const onNumber =
  (matches: (number: number, expected: number) => boolean): Prepare =>
  (values) => {
    const expected = values.filter((value) => typeof value === 'number');
    return (value) => typeof value === 'number' && expected.some((number) => matches(value, number));
  };

const onDate =
  (matches: (ms: number, expected: number) => boolean): Prepare =>
  (values) => {
    const expected = values.map(toEpochMs);
    return (value) => {
      const ms = toEpochMs(value);
      return expected.some((other) => matches(ms, other));
    };
  };

const onVersion =
  (matches: (order: number) => boolean): Prepare =>
  (values) => {
    const expected = values
      .map(parseVersion)
      .filter((version): version is SemanticVersion => version !== undefined);
    return (value) => {
      const version = parseVersion(value);
      return version !== undefined && expected.some((other) => matches(compareVersions(version, other)));
    };
  };

/** Up to this many values are compared one by one; more are looked up. */
const FEW = 4;

/** Same type and equal; lists and objects equal nothing. */
const oneOf: Prepare = (values) => {
  const primitives = values.filter((value) => typeof value !== 'object' || value === null);
  if (primitives.length > FEW) {
    const set = new Set(primitives);
    return (value) => set.has(value);
  }
  const [first, second, third, fourth] = primitives;
  switch (primitives.length) {
    case 0:
      return () => false;
    case 1:
      return (value) => value === first;
    case 2:
      return (value) => value === first || value === second;
    default: {
      const last = primitives.length === FEW ? fourth : third;
      return (value) => value === first || value === second || value === third || value === last;
    }
  }
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
