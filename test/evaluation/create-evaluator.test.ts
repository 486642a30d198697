import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/evaluation/index.ts';
import type { Context, Flag } from '../../src/evaluation/model.ts';
import {
  clause,
  evaluatorOf,
  FELL_THROUGH,
  flag,
  flagSet,
  inSegment,
  MATCHED,
  rule,
  segment,
  user,
  type Fields,
} from './definitions.ts';

const error = (errorKind: string, value: unknown = 'default') => ({
  value,
  variationIndex: null,
  reason: { kind: 'ERROR', errorKind },
});

describe('evaluate', () => {
  test('answers with the value, its index and the reason, the same frozen object each time', () => {
    const evaluator = evaluatorOf([flag()]);
    const detail = evaluator.evaluate('f', user(), 'default');
    expect(detail).toEqual(FELL_THROUGH);
    expect(Object.isFrozen(detail) && Object.isFrozen(detail.reason)).toBe(true);
    expect(evaluator.evaluate('f', user({ key: 'bob' }), 'other')).toBe(detail);
  });

  test('answers with the default when there is no context, no flag, or the flag is gone', () => {
    const evaluator = evaluatorOf([flag({ deleted: true })]);
    expect(evaluator.evaluate('f', null as never, 'default')).toEqual(error('USER_NOT_SPECIFIED'));
    expect(evaluator.evaluate('f', user(), 'default')).toEqual(error('FLAG_NOT_FOUND'));
    expect(evaluator.evaluate('g', user(), 5)).toEqual(error('FLAG_NOT_FOUND', 5));
    expect([evaluator.has('f'), evaluator.has('g')]).toEqual([false, false]);
  });

  test('a value that is null is a value', () => {
    expect(evaluatorOf([flag({ variations: [1, null] })]).evaluate('f', user(), 'default')).toEqual({
      ...FELL_THROUGH,
      value: null,
    });
  });

  test.each([
    ['boolean', true, 'on'],
    ['string', 'on', 5],
    ['number', 5, {}],
    ['json', { a: 1 }, undefined],
  ] as const)('of a flag that must be of type %s', (expectedType, right, wrong) => {
    const ask = (value: unknown, defaultValue: never = 'default' as never) =>
      evaluatorOf([flag({ variations: [0, value] })]).evaluate('f', user(), defaultValue, { expectedType });
    expect(ask(right)).toEqual({ ...FELL_THROUGH, value: right });
    if (wrong !== undefined) {
      expect(ask(wrong)).toEqual(error('WRONG_TYPE'));
    }
  });

  test('a default is checked like a value, unless there is nothing to check it against', () => {
    const off = evaluatorOf([flag({ on: false, offVariation: null })]);
    expect(off.evaluate('f', user(), true, { expectedType: 'boolean' })).toEqual({
      value: true,
      variationIndex: null,
      reason: { kind: 'OFF' },
    });
    expect(off.evaluate('f', user(), 'x', { expectedType: 'boolean' })).toEqual(error('WRONG_TYPE', 'x'));
    expect(off.evaluate('gone', user(), 'x', { expectedType: 'boolean' })).toEqual(
      error('FLAG_NOT_FOUND', 'x'),
    );
    expect(off.evaluate('f', user(), 'x', {})).toEqual({
      value: 'x',
      variationIndex: null,
      reason: { kind: 'OFF' },
    });
  });
});

test.each([null, undefined, 5, 'flags', [], {}, { flags: 5, segments: null }])(
  'a set of flags that is %j has none',
  (set) => {
    const evaluator = createEvaluator(set as never).with(set as never);
    expect(evaluator.has('f')).toBe(false);
    expect(evaluator.evaluate('f', user(), 'default')).toEqual(error('FLAG_NOT_FOUND'));
  },
);

describe('the next evaluator', () => {
  const US = rule(clause('in', 'blue'));
  const context = user({ x: 'blue' });

  test('knows what changed, and the one before does not', () => {
    const first = evaluatorOf([flag(), flag({ key: 'g' })]);
    const second = first.with({ flags: flagSet([flag({ rules: [US] }), flag({ key: 'h' })]).flags });
    const third = second.with({ flags: { g: null, f: { ...flag(), deleted: true } as unknown as Flag } });
    expect(first.evaluate('f', context, 'default')).toEqual(FELL_THROUGH);
    expect(second.evaluate('f', context, 'default')).toEqual(MATCHED);
    expect(
      [first, second, third].map((evaluator) => ['f', 'g', 'h'].filter((key) => evaluator.has(key)).join('')),
    ).toEqual(['fg', 'fgh', 'h']);
  });

  test('sees a changed segment and a changed prerequisite through flags that did not change', () => {
    const given = flag({
      rules: [rule(inSegment('s')), { ...rule(inSegment('t', 's')), id: 'many' }],
      prerequisites: [{ key: 'g', variation: 1 }],
    });
    const first = evaluatorOf([given, flag({ key: 'g' })], [segment()]);
    const second = first.with({ segments: flagSet([], [segment({ included: ['alice'] })]).segments });
    const third = second.with({ segments: { s: null, t: segment({ included: ['alice'] }) as never } });
    const fourth = second.with({ flags: flagSet([flag({ key: 'g', on: false })]).flags });
    const answers = () =>
      [first, second, third, fourth].map((evaluator) => evaluator.evaluate('f', context, 'default').reason);
    const expected = [
      { kind: 'FALLTHROUGH' },
      { kind: 'RULE_MATCH', ruleId: 'r', ruleIndex: 0 },
      { kind: 'RULE_MATCH', ruleId: 'many', ruleIndex: 1 },
      { kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'g' },
    ];
    expect(answers()).toEqual(expected);
    expect(answers(), 'asked in turn, each keeps to its own').toEqual(expected);
  });

  test('does not compile again what did not change', () => {
    let reads = 0;
    const watched = new Proxy(flag({ key: 'watched' }), {
      get: (target, name) => {
        reads += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
    const first = createEvaluator({ flags: { watched: watched as never }, segments: {} });
    const compiled = reads;
    expect(compiled).toBeGreaterThan(0);
    const later = first
      .with({ flags: flagSet([flag()]).flags })
      .with({ segments: flagSet([], [segment()]).segments });
    expect(later.evaluate('watched', user(), 'default')).toBe(first.evaluate('watched', user(), 'default'));
    expect(reads).toBe(compiled);
  });

  test('keeps the store of big segments', () => {
    const big = segment({ unbounded: true, generation: 1 });
    const first = evaluatorOf([flag({ rules: [rule(inSegment('s'))] })], [], {
      bigSegments: () => ({ status: 'STALE', membership: { 's.g1': true } }),
    });
    const second = first.with({ segments: flagSet([], [big]).segments });
    expect(first.evaluate('f', user(), null).reason).toEqual({ kind: 'FALLTHROUGH' });
    expect(second.evaluate('f', user(), null).reason).toEqual({
      ...MATCHED.reason,
      bigSegmentsStatus: 'STALE',
    });
  });

  test.each([2, 3, 11])('asks each of a rule’s %i clauses', (count) => {
    const clauses = Array.from({ length: count }, (_, index) => ({
      ...clause('in', 'yes'),
      attribute: `a${index}`,
    }));
    const evaluator = evaluatorOf([
      flag({ rules: [rule(...clauses)] }),
      flag({ key: 'g', rules: [rule(...clauses)] }),
    ]);
    const all = Object.fromEntries(clauses.map(({ attribute }) => [attribute, 'yes']));
    for (const key of ['f', 'g']) {
      expect(evaluator.evaluate(key, user(all), null)).toEqual(MATCHED);
      for (const { attribute } of clauses) {
        expect(evaluator.evaluate(key, user({ ...all, [attribute]: 'no' }), null)).toEqual(FELL_THROUGH);
      }
    }
  });

  test('shares equal clauses between flags, however many there come to be', () => {
    const flags = Array.from({ length: 20_100 }, (_, index) =>
      flag({ key: `f${index}`, rules: [rule(clause('in', `v${index % 20_050}`))] }),
    );
    const evaluator = evaluatorOf(flags);
    for (const index of [0, 49, 20_049, 20_050, 20_099]) {
      expect(evaluator.evaluate(`f${index}`, user({ x: `v${index % 20_050}` }), null)).toEqual(MATCHED);
      expect(evaluator.evaluate(`f${index}`, user({ x: 'v' }), null)).toEqual(FELL_THROUGH);
    }
  });
});

describe('all flags', () => {
  const all = (
    flags: readonly Fields[],
    context: Context = user(),
    options = {},
    segments: readonly Fields[] = [],
  ) => ({ ...evaluatorOf(flags, segments).evaluateAll(context, options) });

  test('tell value, variation and version, and leave out what is false, 1 or empty', () => {
    expect(
      all([
        flag({ trackEvents: false, samplingRatio: 1 }),
        flag({ key: 'g', on: false, offVariation: null, version: 7 }),
      ]),
    ).toEqual({
      f: { value: 'on', variation: 1, version: 1 },
      g: { value: null, version: 7 },
    });
  });

  test('tell what the flag says about events', () => {
    const given = flag({ trackEvents: true, debugEventsUntilDate: 5, samplingRatio: 3 });
    expect(all([given])).toEqual({
      f: {
        value: 'on',
        variation: 1,
        version: 1,
        trackEvents: true,
        debugEventsUntilDate: 5,
        samplingRatio: 3,
      },
    });
  });

  test.each<readonly [string, Fields, object]>([
    [
      'an experiment',
      { fallthrough: { rollout: { kind: 'experiment', variations: [{ variation: 1, weight: 100_000 }] } } },
      { kind: 'FALLTHROUGH', inExperiment: true },
    ],
    ['a tracked default rule', { trackEventsFallthrough: true }, { kind: 'FALLTHROUGH' }],
    [
      'a tracked rule',
      { rules: [{ clauses: [], variation: 1, trackEvents: true }] },
      { kind: 'RULE_MATCH', ruleIndex: 0 },
    ],
    [
      'a rule’s experiment',
      {
        rules: [{ clauses: [], rollout: { kind: 'experiment', variations: [{ variation: 1, weight: 1 }] } }],
      },
      { kind: 'RULE_MATCH', ruleIndex: 0, inExperiment: true },
    ],
  ])('tell the reason of %s, and that it is tracked', (_, fields, reason) => {
    expect(all([flag(fields)])).toEqual({
      f: { value: 'on', variation: 1, version: 1, reason, trackEvents: true, trackReason: true },
    });
  });

  test.each<readonly [Fields, object]>([
    [{}, { value: 'on', variation: 1, reason: { kind: 'FALLTHROUGH' } }],
    [{ on: false }, { value: 'off', variation: 0, reason: { kind: 'OFF' } }],
    [
      { targets: [{ variation: 2, values: ['alice'] }] },
      { value: 'third', variation: 2, reason: { kind: 'TARGET_MATCH' } },
    ],
    [
      { rules: [rule()] },
      { value: 'third', variation: 2, reason: { kind: 'RULE_MATCH', ruleId: 'r', ruleIndex: 0 } },
    ],
    [
      { prerequisites: [{ key: 'gone', variation: 0 }] },
      { value: 'off', variation: 0, reason: { kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'gone' } },
    ],
    [{ fallthrough: {} }, { value: null, reason: { kind: 'ERROR', errorKind: 'MALFORMED_FLAG' } }],
    [{ prerequisites: 5 }, { value: null, reason: { kind: 'ERROR', errorKind: 'MALFORMED_FLAG' } }],
  ])('tell every reason when asked to: %j', (fields, state) => {
    expect(all([flag(fields)], user(), { withReasons: true })).toEqual({ f: { version: 1, ...state } });
  });

  test('tell the prerequisites that were evaluated, in order, up to the first that is not met', () => {
    const needs = (...keys: readonly string[]): Fields => ({
      prerequisites: keys.map((key) => ({ key, variation: 1 })),
    });
    const flags = [
      flag(needs('a', 'b')),
      flag({ key: 'g', ...needs('b', 'c', 'a') }),
      flag({ key: 'h', ...needs('a', 'gone', 'b') }),
      flag({ key: 'i', on: false, ...needs('a') }),
      flag({ key: 'j', ...needs('f') }),
      flag({ key: 'a' }),
      flag({ key: 'b' }),
      flag({ key: 'c', on: false }),
    ];
    const states = all(flags);
    expect(
      Object.fromEntries(Object.entries(states).map(([key, { prerequisites }]) => [key, prerequisites])),
    ).toEqual({
      f: ['a', 'b'],
      g: ['b', 'c'],
      h: ['a'],
      j: ['f'],
    });
  });

  test('are those that the client may see', () => {
    const flags = [
      flag({ key: 'both', clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true } }),
      flag({ key: 'browser', clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: false } }),
      flag({ key: 'mobile', clientSideAvailability: { usingEnvironmentId: false, usingMobileKey: true } }),
      flag({ key: 'old', clientSide: true }),
      flag({ key: 'silent' }),
    ];
    const keys = (options: object) => Object.keys(all(flags, user(), options));
    expect(keys({})).toEqual(['both', 'browser', 'mobile', 'old', 'silent']);
    expect(keys({ clientSide: 'environment-id' })).toEqual(['both', 'browser', 'old']);
    expect(keys({ clientSide: 'mobile-key' })).toEqual(['both', 'mobile', 'old', 'silent']);
  });

  test('of no context are none', () => {
    expect(all([flag()], {} as Context)).toEqual({});
  });

  test('tell the status of big segments of those flags alone that asked', () => {
    const asked: string[] = [];
    const evaluator = evaluatorOf(
      [
        flag({ rules: [rule(inSegment('s'))] }),
        flag({ key: 'g' }),
        flag({ key: 'h', rules: [rule(inSegment('s'))] }),
      ],
      [segment({ unbounded: true, generation: 1 })],
      {
        bigSegments: (key) => {
          asked.push(key);
          return { status: 'HEALTHY', membership: { 's.g1': true } };
        },
      },
    );
    const states = evaluator.evaluateAll(user(), { withReasons: true });
    expect([states['f'], states['g'], states['h']].map((state) => state?.reason?.bigSegmentsStatus)).toEqual([
      'HEALTHY',
      undefined,
      'HEALTHY',
    ]);
    expect(asked).toEqual(['alice']);
  });

  test('make a state anew where a flag has more outcomes than are worth keeping', () => {
    const variations = Array.from({ length: 40 }, (_, index) => index);
    const targets = variations.map((variation) => ({ variation, values: [`user-${variation}`] }));
    const evaluator = evaluatorOf([flag({ variations, targets })]);
    for (const _ of [1, 2]) {
      for (const index of variations) {
        expect(evaluator.evaluateAll(user({ key: `user-${index}` }))['f']).toEqual({
          value: index,
          variation: index,
          version: 1,
        });
      }
    }
  });
});
