import { describe, expect, test } from 'vitest';
import type { EvaluationReason } from '../../../src/evaluation/detail.ts';
import { FLAG_SOURCES, type FlagEvaluation } from '../../../src/flags/flag-client.ts';
import type { RolloutPlace } from '../../../src/flags/rollout-place.ts';
import { ANONYMOUS, type Persona } from '../../../src/http/site/persona.ts';
import { versionReason, type VersionReasonInput } from '../../../src/http/site/version-reason.ts';

interface Case extends Partial<Pick<VersionReasonInput, 'persona' | 'place' | 'failed'>> {
  readonly reason?: EvaluationReason;
  readonly value?: boolean;
}

function because({ reason = { kind: 'FALLTHROUGH' }, value = false, ...rest }: Case): string {
  const evaluation: FlagEvaluation = { value, variationIndex: 0, reason, source: 'local' };
  const version = value ? 'database' : 'json';
  return versionReason({ evaluation, version, persona: ANONYMOUS, place: undefined, ...rest }).because;
}

describe('why a listener gets a version, in words', () => {
  test.each<[EvaluationReason, string]>([
    [{ kind: 'OFF' }, 'is off, so everyone gets the top 10'],
    [{ kind: 'TARGET_MATCH' }, 'targets you by your key'],
    [{ kind: 'RULE_MATCH', ruleIndex: 1 }, 'You are anonymous, and a rule of the flag'],
    [{ kind: 'FALLTHROUGH' }, 'so the default rule applies: you get the top 10.'],
    [{ kind: 'FALLTHROUGH', inExperiment: true }, 'You are part of an experiment.'],
    [{ kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'dark-mode' }, 'requires the flag “dark-mode”'],
    [{ kind: 'ERROR', errorKind: 'CLIENT_NOT_READY' }, 'No flags have arrived yet'],
    [{ kind: 'ERROR', errorKind: 'FLAG_NOT_FOUND' }, 'There is no flag called'],
    [{ kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' }, 'without a listener'],
    [{ kind: 'ERROR', errorKind: 'MALFORMED_FLAG' }, 'is malformed'],
    [{ kind: 'ERROR', errorKind: 'WRONG_TYPE' }, 'neither true nor false'],
    [{ kind: 'ERROR', errorKind: 'EXCEPTION' }, 'failed'],
    [{ kind: 'OFF', bigSegmentsStatus: 'STALE' }, 'may be out of date'],
    [{ kind: 'OFF', bigSegmentsStatus: 'STORE_ERROR' }, 'could not be read'],
    [{ kind: 'OFF', bigSegmentsStatus: 'NOT_CONFIGURED' }, 'no store of big segments'],
  ])('%j', (reason, words) => {
    expect(because({ reason })).toContain(words);
  });

  test.each<[Persona, string]>([
    [{ groups: ['beta_testers'] }, 'You are a beta tester, and'],
    [
      { user: 'alice', groups: ['staff'], country: 'US', plan: 'premium' },
      'You are “alice”, in the group “staff”, from US, on the plan “premium”, and',
    ],
  ])('names the persona %j', (persona, words) => {
    expect(because({ reason: { kind: 'RULE_MATCH', ruleIndex: 0 }, value: true, persona })).toContain(words);
  });

  test.each<[boolean, RolloutPlace, string]>([
    [
      false,
      { number: 34, percentage: 25 },
      'You are number 34 of 100; the full crate is at 25 % now, so not yet.',
    ],
    [
      true,
      { number: 3, percentage: 12.5 },
      'You are number 3 of 100; the full crate is at 12.5 % now, so you get it.',
    ],
  ])('tells the percentage with the listener’s place in it (%s)', (value, place, words) => {
    expect(because({ value, place })).toBe(words);
    expect(because({ reason: { kind: 'RULE_MATCH', ruleIndex: 0 }, value, place })).toContain(words);
  });

  test('does not claim the full crate while its database fails', () => {
    expect(because({ value: true, failed: true })).toContain('so you get the top 10 until it works again');
  });

  test('names every source, each differently', () => {
    const sentences = FLAG_SOURCES.map((source) => {
      const evaluation: FlagEvaluation = { value: true, variationIndex: 0, reason: { kind: 'OFF' }, source };
      return versionReason({ evaluation, version: 'database', persona: ANONYMOUS, place: undefined })
        .answeredBy;
    });
    expect(new Set(sentences).size).toBe(FLAG_SOURCES.length);
  });
});
