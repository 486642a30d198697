import { describe, expect, test } from 'vitest';
import type { EvaluateAllOptions } from '../../src/evaluation/evaluator.ts';
import { isVisible } from '../../src/evaluation/flag-state.ts';
import type { Context, Flag } from '../../src/evaluation/model.ts';
import {
  ANNA,
  asContext,
  clause,
  evaluatorOf,
  flag,
  rule,
  segment,
  segmentClause,
  user,
} from '../support/flag-builders.ts';

const stateOf = (given: Flag, options: EvaluateAllOptions = {}, context: Context = ANNA) =>
  evaluatorOf([given]).evaluateAll(context, options)[given.key];

const EXPERIMENT = { kind: 'experiment', variations: [{ variation: 1, weight: 100_000 }] };

describe('the state of a flag', () => {
  test.each<[string, Parameters<typeof flag>[0], EvaluateAllOptions, object]>([
    ['value, variation and version', { version: 7 }, {}, { value: 'a', variation: 0, version: 7 }],
    ['a version that is none', { version: '7' }, {}, { value: 'a', variation: 0, version: 0 }],
    [
      'an error',
      { fallthrough: {} },
      { withReasons: true },
      { value: null, version: 1, reason: { kind: 'ERROR', errorKind: 'MALFORMED_FLAG' } },
    ],
    ['off without an off variation', { on: false, offVariation: null }, {}, { value: null, version: 1 }],
    [
      'tracked events',
      { trackEvents: true },
      {},
      { value: 'a', variation: 0, version: 1, trackEvents: true },
    ],
    ['untracked events', { trackEvents: false }, {}, { value: 'a', variation: 0, version: 1 }],
    [
      'a tracked default rule, with its reason',
      { trackEventsFallthrough: true },
      {},
      {
        value: 'a',
        variation: 0,
        version: 1,
        reason: { kind: 'FALLTHROUGH' },
        trackEvents: true,
        trackReason: true,
      },
    ],
    [
      'a tracked default rule that is not reached',
      { trackEventsFallthrough: true, rules: [rule([])] },
      {},
      { value: 'b', variation: 1, version: 1 },
    ],
    [
      'a tracked rule, with its reason',
      { rules: [rule([clause({ values: ['bob'] })]), rule([], { variation: 1, trackEvents: true })] },
      {},
      {
        value: 'b',
        variation: 1,
        version: 1,
        reason: { kind: 'RULE_MATCH', ruleIndex: 1 },
        trackEvents: true,
        trackReason: true,
      },
    ],
    [
      'a tracked rule that is not the one that matches',
      { rules: [rule([]), rule([], { variation: 1, trackEvents: true })] },
      {},
      { value: 'b', variation: 1, version: 1 },
    ],
    [
      'an experiment',
      { fallthrough: { rollout: EXPERIMENT } },
      {},
      {
        value: 'b',
        variation: 1,
        version: 1,
        reason: { kind: 'FALLTHROUGH', inExperiment: true },
        trackEvents: true,
        trackReason: true,
      },
    ],
    [
      'an experiment in a rule',
      { rules: [rule([], { rollout: EXPERIMENT })] },
      {},
      {
        value: 'b',
        variation: 1,
        version: 1,
        reason: { kind: 'RULE_MATCH', ruleIndex: 0, inExperiment: true },
        trackEvents: true,
        trackReason: true,
      },
    ],
    [
      'a tracked default rule where a target decides',
      { trackEventsFallthrough: true, targets: [{ variation: 2, values: ['anna'] }] },
      {},
      { value: 'c', variation: 2, version: 1 },
    ],
    [
      'a tracked default rule while it is off',
      { trackEventsFallthrough: true, on: false },
      {},
      { value: 'z', variation: 3, version: 1 },
    ],
    [
      'when debugging ends',
      { debugEventsUntilDate: 5_000 },
      {},
      { value: 'a', variation: 0, version: 1, debugEventsUntilDate: 5_000 },
    ],
    [
      'debugging without an end',
      { debugEventsUntilDate: null },
      {},
      { value: 'a', variation: 0, version: 1 },
    ],
    [
      'a sampling ratio',
      { samplingRatio: 10 },
      {},
      { value: 'a', variation: 0, version: 1, samplingRatio: 10 },
    ],
    [
      'a sampling ratio of 0',
      { samplingRatio: 0 },
      {},
      { value: 'a', variation: 0, version: 1, samplingRatio: 0 },
    ],
    ['a sampling ratio of 1', { samplingRatio: 1 }, {}, { value: 'a', variation: 0, version: 1 }],
    [
      'all that a flag says about events',
      { trackEvents: true, debugEventsUntilDate: 5_000, samplingRatio: 3 },
      {},
      {
        value: 'a',
        variation: 0,
        version: 1,
        trackEvents: true,
        debugEventsUntilDate: 5_000,
        samplingRatio: 3,
      },
    ],
  ])('tells $0 as $3', (_name, fields, options, state) => {
    expect(stateOf(flag(fields), options)).toStrictEqual(state);
  });

  test.each<[object, Parameters<typeof flag>[0]]>([
    [{ value: 'a', variation: 0, reason: { kind: 'FALLTHROUGH' } }, {}],
    [{ value: 'z', variation: 3, reason: { kind: 'OFF' } }, { on: false }],
    [
      { value: 'c', variation: 2, reason: { kind: 'TARGET_MATCH' } },
      { targets: [{ variation: 2, values: ['anna'] }] },
    ],
    [
      { value: 'b', variation: 1, reason: { kind: 'RULE_MATCH', ruleId: 'r', ruleIndex: 0 } },
      { rules: [rule([], { id: 'r', variation: 1 })] },
    ],
    [
      { value: 'z', variation: 3, reason: { kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'gone' } },
      { prerequisites: [{ key: 'gone', variation: 0 }] },
    ],
    [{ value: null, reason: { kind: 'ERROR', errorKind: 'MALFORMED_FLAG' } }, { prerequisites: 5 }],
  ])('has the reason when it is wanted: %j', (state, fields) => {
    expect(stateOf(flag(fields), { withReasons: true })).toStrictEqual({ version: 1, ...state });
  });

  test('tells a definition that is no object as malformed', () => {
    const states = evaluatorOf([]).with({ flags: { odd: 5 as never } });
    expect(states.evaluateAll(ANNA, { withReasons: true })['odd']).toEqual({
      value: null,
      version: 0,
      reason: { kind: 'ERROR', errorKind: 'MALFORMED_FLAG' },
    });
    expect(states.evaluateAll(ANNA, { clientSide: 'mobile-key' })['odd']).toEqual({
      value: null,
      version: 0,
    });
    expect(states.evaluateAll(ANNA, { clientSide: 'environment-id' })).toEqual({});
  });

  test('is made once for each outcome, and frozen', () => {
    const evaluator = evaluatorOf([flag({ targets: [{ variation: 1, values: ['bob'] }] })]);
    const [anna, carol, bob] = ['anna', 'carol', 'bob'].map(
      (key) => evaluator.evaluateAll(user(key))['flag'],
    );
    expect(carol).toBe(anna);
    expect(bob).not.toBe(anna);
    expect(Object.isFrozen(anna)).toBe(true);
    expect(evaluator.evaluateAll(ANNA, { withReasons: true })['flag']).toEqual({
      ...anna,
      reason: { kind: 'FALLTHROUGH' },
    });
  });

  test('is right for each of more outcomes than are kept', () => {
    const keys = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const evaluator = evaluatorOf([
      flag({
        variations: keys,
        targets: keys.map((key, variation) => ({ variation, values: [key] })),
      }),
    ]);
    for (const round of [1, 2]) {
      const values = keys.map((key) => evaluator.evaluateAll(user(key))['flag']?.value);
      expect(values, `round ${round}`).toEqual(keys);
    }
  });
});

describe('of its prerequisites the state of a flag tells', () => {
  const needs = (...keys: readonly string[]): Flag =>
    flag({ key: 'needs', prerequisites: keys.map((key) => ({ key, variation: 0 })) });
  const met = flag({ key: 'met' });
  const deep = flag({ key: 'deep', prerequisites: [{ key: 'met', variation: 0 }] });
  const unmet = flag({ key: 'unmet', on: false });
  const bad = flag({ key: 'bad', rules: 5 });
  const told = (given: Flag): readonly string[] | undefined =>
    evaluatorOf([given, met, deep, unmet, bad]).evaluateAll(ANNA)['needs']?.prerequisites;

  test.each<[string, Flag, readonly string[] | undefined]>([
    ['none', needs(), undefined],
    ['those of the flag itself, not those of its own', needs('met', 'deep'), ['met', 'deep']],
    ['up to the first that is not met', needs('met', 'unmet', 'deep'), ['met', 'unmet']],
    ['up to the first that is malformed', needs('bad', 'met'), ['bad']],
    ['up to the first that is not there', needs('met', 'gone', 'deep'), ['met']],
    ['not one that is not there', needs('gone'), undefined],
    ['the flag itself, in a cycle', needs('needs'), ['needs']],
    ['not while the flag is off', flag({ ...needs('met'), on: false }), undefined],
    ['not where they are malformed', flag({ ...needs(), prerequisites: 5 }), undefined],
  ])('%s', (_name, given, keys) => {
    expect(told(given)).toEqual(keys);
  });

  test('its own, also those that another flag has asked before it', () => {
    const first = flag({ key: 'first', prerequisites: [{ key: 'needs', variation: 0 }] });
    const last = flag({
      key: 'last',
      prerequisites: [
        { key: 'deep', variation: 0 },
        { key: 'met', variation: 0 },
      ],
    });
    const states = evaluatorOf([first, needs('met', 'deep'), met, deep, last]).evaluateAll(ANNA);
    expect(
      Object.fromEntries(Object.entries(states).map(([key, { prerequisites }]) => [key, prerequisites])),
    ).toEqual({ first: ['needs'], needs: ['met', 'deep'], deep: ['met'], last: ['deep', 'met'] });
  });
});

describe('all flags', () => {
  const evaluator = evaluatorOf([
    flag({ key: 'everywhere', clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true } }),
    flag({ key: 'browser', clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: false } }),
    flag({ key: 'mobile', clientSideAvailability: { usingEnvironmentId: false, usingMobileKey: true } }),
    flag({ key: 'server', clientSideAvailability: {} }),
    flag({ key: 'old-browser', clientSide: true }),
    flag({ key: 'old', clientSideAvailability: null }),
    flag({ key: 'hidden', clientSide: true, clientSideAvailability: { usingEnvironmentId: false } }),
    flag({ key: 'odd', clientSide: false, clientSideAvailability: [] }),
  ]);

  test.each<[EvaluateAllOptions, string]>([
    [{}, 'everywhere browser mobile server old-browser old hidden odd'],
    [{ clientSide: 'environment-id' }, 'everywhere browser old-browser'],
    [{ clientSide: 'mobile-key' }, 'everywhere mobile old-browser old odd'],
    [{ clientSide: 'mobile-key', only: new Set(['odd', 'browser', 'gone']) }, 'odd'],
    [{ only: new Set() }, ''],
  ])('asked for with %o are "%s"', (options, keys) => {
    expect(Object.keys(evaluator.evaluateAll(ANNA, options)).join(' ')).toBe(keys);
  });

  test('may be seen or not, which can be asked of a definition alone', () => {
    expect([isVisible({ clientSide: true }, 'environment-id'), isVisible(null, 'environment-id')]).toEqual([
      true,
      false,
    ]);
    expect([isVisible(5, 'mobile-key'), isVisible(5, undefined)]).toEqual([true, true]);
  });

  test.each<[string, unknown]>([
    ['no context', null],
    ['a context without a key', { kind: 'user' }],
    [
      'a context that cannot be read',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('a trap');
          },
        },
      ),
    ],
  ])('are none for %s', (_name, context) => {
    expect(evaluator.evaluateAll(asContext(context))).toEqual({});
  });

  test('may have any names', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const hostile = names.reduce(
      (before, key) =>
        before.with({ flags: JSON.parse(`{"${key}":${JSON.stringify(flag({ key }))}}`) as never }),
      evaluatorOf([]),
    );
    const states = hostile.evaluateAll(ANNA);
    expect(Object.keys(states)).toEqual(names);
    expect(names.map((name) => states[name]?.value)).toEqual(['a', 'a', 'a']);
    expect(states['valueOf']).toBeUndefined();
  });

  test('ask the big segment store once, and each says its own status', () => {
    const questions: string[] = [];
    const asks = (key: string, name: string): Flag => flag({ key, rules: [rule([segmentClause([name])])] });
    const flags = [
      asks('first', 'big'),
      flag({ key: 'plain' }),
      asks('second', 'big'),
      asks('third', 'nameless'),
    ];
    const segments = [
      segment({ key: 'big', unbounded: true, generation: 1 }),
      segment({ key: 'nameless', unbounded: true }),
    ];
    const states = evaluatorOf(flags, segments, {
      bigSegments: (key) => {
        questions.push(key);
        return { status: 'STALE', membership: { 'big.g1': true } };
      },
    }).evaluateAll(ANNA, { withReasons: true });
    expect(questions).toEqual(['anna']);
    const matched = { kind: 'RULE_MATCH', ruleIndex: 0, bigSegmentsStatus: 'STALE' };
    expect(Object.entries(states).map(([key, { value, reason }]) => [key, value, reason])).toEqual([
      ['first', 'b', matched],
      ['plain', 'a', { kind: 'FALLTHROUGH' }],
      ['second', 'b', matched],
      ['third', 'a', { kind: 'FALLTHROUGH', bigSegmentsStatus: 'NOT_CONFIGURED' }],
    ]);
  });

  test('are told but for one that cannot be evaluated, which does not take the others with it', () => {
    // No stack holds a chain of prerequisites so long.
    const chain = Array.from({ length: 20_000 }, (_, at) =>
      flag({ key: `link-${at}`, prerequisites: [{ key: `link-${at + 1}`, variation: 0 }] }),
    );
    const states = evaluatorOf([...chain, flag()]).evaluateAll(ANNA, {
      only: new Set(['link-0', 'flag']),
      withReasons: true,
    });
    expect(states['flag']?.value).toBe('a');
    expect(states['link-0']).toEqual({
      value: null,
      version: 1,
      reason: { kind: 'ERROR', errorKind: 'EXCEPTION' },
    });
  });
});
