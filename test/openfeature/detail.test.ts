import { expect, test } from 'vitest';
import type { ErrorKind, EvaluationReason } from '../../src/evaluation/detail.ts';
import type { Flag } from '../../src/evaluation/model.ts';
import {
  openFeatureDetail,
  openFeatureErrorDetails,
  type OpenFeatureDetail,
  type OpenFeatureErrorCode,
  type OpenFeatureReason,
} from '../../src/openfeature/detail.ts';

test.each<[EvaluationReason, number | null, OpenFeatureDetail]>([
  [{ kind: 'OFF' }, 1, { reason: 'DISABLED', variant: '1' }],
  [{ kind: 'OFF' }, null, { reason: 'DISABLED' }],
  [{ kind: 'TARGET_MATCH' }, 0, { reason: 'TARGETING_MATCH', variant: '0' }],
  [{ kind: 'RULE_MATCH', ruleIndex: 0 }, 2, { reason: 'TARGETING_MATCH', variant: '2' }],
  [{ kind: 'RULE_MATCH', ruleIndex: 0, inExperiment: true }, 2, { reason: 'SPLIT', variant: '2' }],
  [{ kind: 'FALLTHROUGH' }, 0, { reason: 'DEFAULT', variant: '0' }],
  [{ kind: 'FALLTHROUGH', inExperiment: true }, 0, { reason: 'SPLIT', variant: '0' }],
  [{ kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'p' }, 1, { reason: 'PREREQUISITE_FAILED', variant: '1' }],
])('the reason %j with index %j becomes $2', (reason, variationIndex, detail) => {
  expect(openFeatureDetail({ value: 'x', variationIndex, reason })).toEqual(detail);
});

test.each<[ErrorKind, OpenFeatureErrorCode]>([
  ['CLIENT_NOT_READY', 'PROVIDER_NOT_READY'],
  ['FLAG_NOT_FOUND', 'FLAG_NOT_FOUND'],
  ['USER_NOT_SPECIFIED', 'TARGETING_KEY_MISSING'],
  ['MALFORMED_FLAG', 'PARSE_ERROR'],
  ['WRONG_TYPE', 'TYPE_MISMATCH'],
  ['EXCEPTION', 'GENERAL'],
])('the error %s becomes %s', (errorKind, errorCode) => {
  const detail = { value: 'x', variationIndex: null, reason: { kind: 'ERROR', errorKind } as const };
  expect(openFeatureDetail(detail)).toEqual({ reason: 'ERROR', errorCode });
});

test.each<[ErrorKind, string]>([
  ['CLIENT_NOT_READY', 'there are no flags yet'],
  ['FLAG_NOT_FOUND', 'there is no such flag here'],
  ['USER_NOT_SPECIFIED', 'the context is not valid'],
  ['MALFORMED_FLAG', 'the flag is malformed'],
  ['WRONG_TYPE', 'the value is of another type'],
  ['EXCEPTION', 'the flag could not be evaluated'],
])('the error %s has the details: %s', (errorKind, words) => {
  expect(openFeatureErrorDetails(errorKind)).toBe(words);
});

const flag: Flag = { key: 'f', version: 1, on: true, variations: [true], fallthrough: { variation: 0 } };
const rollout = { variations: [{ variation: 0, weight: 100_000 }] };

test.each<[string, Partial<Flag>, OpenFeatureReason]>([
  ['one value for everybody', {}, 'STATIC'],
  ['one value after targets', { targets: [{ variation: 0, values: ['a'] }] }, 'DEFAULT'],
  ['one value after rules', { rules: [{ clauses: [], variation: 0 }] }, 'DEFAULT'],
  ['one value after prerequisites', { prerequisites: [{ key: 'g', variation: 0 }] }, 'DEFAULT'],
  ['a percentage split', { fallthrough: { rollout } }, 'SPLIT'],
  ['a split after rules', { fallthrough: { rollout }, rules: [{ clauses: [], variation: 0 }] }, 'SPLIT'],
])('the default rule of a flag with %s has the reason $2', (_, rest, reason) => {
  const detail = { value: true, variationIndex: 0, reason: { kind: 'FALLTHROUGH' } } as const;
  expect(openFeatureDetail(detail, { ...flag, ...rest })).toEqual({ reason, variant: '0' });
});
