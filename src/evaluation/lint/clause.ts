import { toEpochMs } from '../dates.ts';
import { listOf, present, type JsonRecord } from '../json.ts';
import { OPERATORS, type Operator } from '../model.ts';
import { parseVersion } from '../semantic-version.ts';
import { show } from '../show.ts';
import { lintAttribute } from './attribute.ts';
import { isInCalendar } from './calendar.ts';
import { lintBooleans, lintKind, recordsIn } from './fields.ts';
import type { FindingReporter } from './finding.ts';
import type { FindDefinition } from './graph.ts';
import { lintPattern, type PatternBudget } from './pattern.ts';

/** The definitions that a clause may refer to, and what is left for its patterns. */
export interface Known {
  readonly segments: FindDefinition;
  readonly patterns: PatternBudget;
}

type ValueLint = (value: unknown, reporter: FindingReporter, known: Known) => void;

const text: ValueLint = (value, reporter) => {
  if (typeof value !== 'string') {
    reporter.warning('invalid_value', `expected text, got ${show(value)}, which matches nothing`);
  }
};

const number: ValueLint = (value, reporter) => {
  if (typeof value !== 'number') {
    reporter.warning('invalid_value', `expected a number, got ${show(value)}, which matches nothing`);
  }
  lintSize(value, reporter);
};

const LARGE_NUMBER = 'SDKs disagree on integers past 2^53';

function lintSize(value: unknown, reporter: FindingReporter): void {
  if (!isSafe(value)) {
    reporter.error('large_number', LARGE_NUMBER);
  }
}

function isSafe(value: unknown): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value);
}

const date: ValueLint = (value, reporter) => {
  if (Number.isNaN(toEpochMs(value))) {
    reporter.warning(
      'invalid_value',
      `expected epoch milliseconds or a date like 2026-11-20T18:30:00Z, got ${show(value)}, which matches nothing`,
    );
  } else if (typeof value === 'string' && !isInCalendar(value)) {
    reporter.error(
      'ambiguous_date',
      `expected a day and an hour of the calendar and a zone, as in 2026-11-20T18:30:00Z, got ${show(value)}, which SDKs read differently`,
    );
  }
  if (!isSafe(value)) {
    // No useful date is so far away, so this is a warning.
    reporter.warning('large_number', LARGE_NUMBER);
  }
};

const version: ValueLint = (value, reporter) => {
  if (parseVersion(value) === undefined) {
    reporter.warning(
      'invalid_value',
      `expected a version like 2.1.0, got ${show(value)}, which matches nothing`,
    );
  } else if (typeof value === 'string' && value !== value.trim()) {
    reporter.error('version_spaces', 'only the node SDK takes a version with spaces around it');
  }
};

const pattern: ValueLint = (value, reporter, known) => {
  text(value, reporter, known);
  if (typeof value === 'string') {
    lintPattern(value, reporter, known.patterns);
  }
};

const primitive: ValueLint = (value, reporter) => {
  if (typeof value === 'object') {
    reporter.warning(
      'invalid_value',
      `expected text, a number, true or false, got ${show(value)}, which equals nothing`,
    );
  }
  lintSize(value, reporter);
};

const segmentKey: ValueLint = (value, reporter, { segments }) => {
  if (segments(value) === undefined) {
    reporter.warning('unknown_segment', `there is no segment ${show(value)}, so no context is in it`);
  }
};

const VALUE_LINTS: Readonly<Record<Operator, ValueLint>> = {
  in: primitive,
  startsWith: text,
  endsWith: text,
  contains: text,
  matches: pattern,
  lessThan: number,
  lessThanOrEqual: number,
  greaterThan: number,
  greaterThanOrEqual: number,
  before: date,
  after: date,
  semVerEqual: version,
  semVerLessThan: version,
  semVerGreaterThan: version,
  segmentMatch: segmentKey,
};

function isOperator(op: unknown): op is Operator {
  return OPERATORS.some((operator) => operator === op);
}

function lintClause(clause: JsonRecord, reporter: FindingReporter, known: Known): void {
  lintBooleans(clause, ['negate'], reporter);
  lintKind(clause.contextKind, reporter.at('contextKind'));
  const values = listOf(clause.values);
  if (values === undefined || present(clause.values) === undefined) {
    reporter.at('values').error('invalid_type', `expected a list, got ${show(clause.values)}`);
  } else if (values.length === 0) {
    reporter.at('values').warning('never_matches', 'no value can match: the list is empty');
  }
  if (!isOperator(clause.op)) {
    reporter
      .at('op')
      .error('unknown_operator', `expected one of ${OPERATORS.join(', ')}, got ${show(clause.op)}`);
    return;
  }
  if (clause.op !== 'segmentMatch') {
    lintAttribute(clause.attribute, Boolean(clause.contextKind), reporter.at('attribute'));
  }
  const lintValue = VALUE_LINTS[clause.op];
  values?.forEach((value, index) => {
    lintValue(value, reporter.at('values', index), known);
  });
}

/** The clauses of a rule. SDKs disagree about a missing list; an empty one matches every context. */
export function lintClauses(value: unknown, reporter: FindingReporter, known: Known): void {
  if (present(value) === undefined) {
    reporter.error(
      'missing_clauses',
      'without clauses the rule matches every context in some SDKs and none in others',
    );
    return;
  }
  for (const [clause, itemReporter] of recordsIn(value, reporter)) {
    lintClause(clause, itemReporter, known);
  }
}
