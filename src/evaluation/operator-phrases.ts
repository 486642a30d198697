import type { AttributeOperator } from './operators.ts';

/** The words for each operator when it matches, and when it does not: `country is "US"`. */
export const OPERATOR_PHRASES = {
  in: ['is', 'is not'],
  startsWith: ['starts with', 'does not start with'],
  endsWith: ['ends with', 'does not end with'],
  contains: ['contains', 'does not contain'],
  matches: ['matches', 'does not match'],
  lessThan: ['is less than', 'is not less than'],
  lessThanOrEqual: ['is at most', 'is not at most'],
  greaterThan: ['is greater than', 'is not greater than'],
  greaterThanOrEqual: ['is at least', 'is not at least'],
  before: ['is before', 'is not before'],
  after: ['is after', 'is not after'],
  semVerEqual: ['is version', 'is not version'],
  semVerLessThan: ['is a version before', 'is not a version before'],
  semVerGreaterThan: ['is a version after', 'is not a version after'],
} as const satisfies Readonly<Record<AttributeOperator, readonly [affirmed: string, denied: string]>>;
