import { describe, expect, test } from 'vitest';
import type { EvaluationReason } from '../../../src/evaluation/detail.ts';
import { FLAG_SOURCES } from '../../../src/flags/flag-client.ts';
import { versionReason } from '../../../src/http/site/version-reason.ts';
import { ANONYMOUS, type Persona } from '../../../src/http/site/persona.ts';

const because = (reason: EvaluationReason, value = false, persona: Persona = ANONYMOUS): string =>
  versionReason({ value, variationIndex: 0, reason, source: 'local' }, value ? 'database' : 'json', persona)
    .because;

describe('why a listener sees a version, in words', () => {
  test.each<[EvaluationReason, string]>([
    [{ kind: 'OFF' }, 'is off, so everyone gets the top 10'],
    [{ kind: 'TARGET_MATCH' }, 'names you in person'],
    [{ kind: 'RULE_MATCH', ruleIndex: 1 }, 'You are anonymous, and rule 2 of the flag'],
    [{ kind: 'FALLTHROUGH' }, 'its default rule decides: the top 10.'],
    [{ kind: 'FALLTHROUGH', inExperiment: true }, 'You are part of an experiment.'],
    [{ kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'dark-mode' }, 'depends on the flag “dark-mode”'],
    [{ kind: 'ERROR', errorKind: 'CLIENT_NOT_READY' }, 'No flags had arrived yet'],
    [{ kind: 'ERROR', errorKind: 'FLAG_NOT_FOUND' }, 'There is no flag called'],
    [{ kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' }, 'could not tell who is asking'],
    [{ kind: 'ERROR', errorKind: 'MALFORMED_FLAG' }, 'is broken'],
    [{ kind: 'ERROR', errorKind: 'WRONG_TYPE' }, 'neither true nor false'],
    [{ kind: 'ERROR', errorKind: 'EXCEPTION' }, 'failed'],
    [{ kind: 'OFF', bigSegmentsStatus: 'STALE' }, 'may be out of date'],
    [{ kind: 'OFF', bigSegmentsStatus: 'STORE_ERROR' }, 'could not be read'],
    [{ kind: 'OFF', bigSegmentsStatus: 'NOT_CONFIGURED' }, 'no store of big segments'],
  ])('%j', (reason, words) => {
    expect(because(reason)).toContain(words);
  });

  test.each<[Persona, string]>([
    [{ groups: ['beta_testers'] }, 'You are a beta tester, and'],
    [
      { user: 'alice', groups: ['staff'], country: 'US', plan: 'premium' },
      'You are “alice”, in the group “staff”, from US, on the plan “premium”, and',
    ],
  ])('speaks of the persona %j', (persona, words) => {
    expect(because({ kind: 'RULE_MATCH', ruleIndex: 0 }, true, persona)).toContain(words);
  });

  test('says of every source who it is, each differently', () => {
    const said = FLAG_SOURCES.map(
      (source) =>
        versionReason(
          { value: true, variationIndex: 0, reason: { kind: 'OFF' }, source },
          'database',
          ANONYMOUS,
        ).saidBy,
    );
    expect(new Set(said).size).toBe(FLAG_SOURCES.length);
  });
});
