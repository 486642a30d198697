import { describe, expect, test } from 'vitest';
import type { EvaluatorOptions } from '../../../src/evaluation/evaluator.ts';
import type { Context, Flag } from '../../../src/evaluation/model.ts';
import {
  ANNA,
  asContext,
  evaluatorOf,
  flag,
  onX,
  rule,
  segment,
  segmentClause,
  user,
  type FlagFields,
  type SegmentFields,
} from '../../support/flag-builders.ts';
import { explain, told } from './explained-steps.ts';

const ON = '+ Flag "flag" is on.';
const DEFAULT_RULE = '  + No target and no rule matched, so the default rule applies.';
const split = (fields: object = {}): object => ({
  rollout: {
    variations: [
      { variation: 0, weight: 20_000 },
      { variation: 2, weight: 80_000 },
    ],
    ...fields,
  },
});

describe('an explanation ends with a summary', () => {
  test.each<readonly [string, readonly Flag[], Context, string]>([
    [
      'of a flag that is off',
      [flag({ on: false })],
      ANNA,
      'Flag "flag" serves "z" (variation 3), because it is off.',
    ],
    [
      'of one that has no off variation',
      [flag({ on: false, offVariation: null })],
      ANNA,
      'Flag "flag" serves the default, because it is off.',
    ],
    [
      'of a target',
      [flag({ targets: [{ variation: 2, values: ['anna'] }] })],
      ANNA,
      'Flag "flag" serves "c" (variation 2), because the context is targeted by its key.',
    ],
    [
      'of the default rule',
      [flag()],
      ANNA,
      'Flag "flag" serves "a" (variation 0), because no target and no rule matched.',
    ],
    [
      'of a rule',
      [flag({ rules: [rule([])] })],
      ANNA,
      'Flag "flag" serves "b" (variation 1), because rule 1 matched.',
    ],
    [
      'of an experiment',
      [flag({ fallthrough: split({ kind: 'experiment' }) })],
      ANNA,
      'Flag "flag" serves "c" (variation 2), because no target and no rule matched, as part of an experiment.',
    ],
    [
      'of a rule’s experiment',
      [flag({ rules: [rule([], split({ kind: 'experiment' }))] })],
      ANNA,
      'Flag "flag" serves "c" (variation 2), because rule 1 matched, as part of an experiment.',
    ],
    [
      'of a prerequisite',
      [flag({ prerequisites: [{ key: 'g', variation: 0 }] })],
      ANNA,
      'Flag "flag" serves "z" (variation 3), because its prerequisite "g" is not met.',
    ],
    [
      'of a malformed flag',
      [flag({ fallthrough: {} })],
      ANNA,
      'Flag "flag" serves the default, because the flag, or something that it refers to, is malformed.',
    ],
    [
      'of a list',
      [flag({ variations: [[1, 2, 3, 4, 5, 6, 7]] })],
      ANNA,
      'Flag "flag" serves [1, 2, 3, 4, 5 and 2 more] (variation 0), because no target and no rule matched.',
    ],
    ['of no flag', [], ANNA, 'There is no flag "flag", so the default is served.'],
    ['of no context', [flag()], asContext({}), 'The context is not valid, so the default is served.'],
  ])('%s', (_, flags, context, summary) => {
    const explanation = explain(flags, context);
    expect(explanation.summary).toBe(summary);
    expect(explanation.steps.at(-1)).toEqual({
      kind: 'outcome',
      depth: 0,
      matched: explanation.detail.variationIndex !== null,
      text: summary,
      data: expect.objectContaining({ reason: explanation.detail.reason }),
    });
  });
});

describe('the explanation of a rollout', () => {
  test('says the bucket and the upper bounds, in words and as data', () => {
    const { steps } = explain([flag({ fallthrough: split() })]);
    expect(steps.find(({ kind }) => kind === 'rollout')).toEqual({
      kind: 'rollout',
      depth: 2,
      matched: true,
      text: 'In the rollout by user key, "anna" has a fixed bucket: bucket 0.6234 ≥ 0.20, so not in the 20 % of variation 0; bucket 0.6234 < 1.00, so in the 80 % of variation 2.',
      data: {
        bucket: expect.closeTo(0.6234, 4),
        contextKind: 'user',
        bucketBy: 'key',
        value: 'anna',
        experiment: false,
        inExperiment: false,
        variations: [
          { variation: 0, weight: 20_000, upperBound: 0.2 },
          { variation: 2, weight: 80_000, upperBound: 1 },
        ],
      },
    });
  });

  test.each<readonly [string, FlagFields['fallthrough'], Context, string]>([
    [
      'of a kind that is not there',
      split({ contextKind: 'org' }),
      ANNA,
      'The context has no org, which means bucket 0 in the rollout by org key: bucket 0.0000 < 0.20, so in the 20 % of variation 0.',
    ],
    [
      'by what has no place',
      split({ bucketBy: 'age' }),
      user('anna', { age: 1.5 }),
      'user age is neither text nor an integer, which means bucket 0 in the rollout by user age: bucket 0.0000 < 0.20, so in the 20 % of variation 0.',
    ],
    [
      'by a whole number',
      split({ kind: 'experiment', bucketBy: 'age' }),
      user('7', { age: 1 }),
      'In the experiment by user key, "7" has a fixed bucket: bucket 0.5287 ≥ 0.20, so not in the 20 % of variation 0; bucket 0.5287 < 1.00, so in the 80 % of variation 2.',
    ],
    [
      'that is past all weights',
      { rollout: { variations: [{ variation: 0, weight: 0 }] } },
      ANNA,
      'In the rollout by user key, "anna" has a fixed bucket: bucket 0.6234 ≥ 0.00, so not in the 0 % of variation 0; above every bound, so the last one is served.',
    ],
    [
      'of nothing',
      { rollout: { variations: [] } },
      ANNA,
      'This is malformed: the rollout has no list of weighted variations.',
    ],
    [
      'by no attribute',
      split({ contextKind: 'org', bucketBy: '//' }),
      ANNA,
      'This is malformed: "//" is no valid attribute.',
    ],
    ['by nothing at all', {}, ANNA, 'This is malformed: there is no variation and no rollout to serve.'],
    [
      'to no object',
      { rollout: 5 },
      ANNA,
      'This is malformed: there is no variation and no rollout to serve.',
    ],
  ])('has a sentence for one %s', (_, fallthrough, context, text) => {
    expect(told([flag({ fallthrough })], context).at(-1)).toMatch(/^ {4}[+-] /);
    expect(
      told([flag({ fallthrough })], context)
        .at(-1)
        ?.slice(6),
    ).toBe(text);
  });

  // The buckets are 0.582028… and 0.623366…: with four digits each would seem to be on the other side.
  test.each([
    ['bob', 58_202, 'bucket 0.58203 ≥ 0.58202, so not in the 58.202 % of variation 0'],
    ['anna', 62_338, 'bucket 0.62337 < 0.62338, so in the 62.338 % of variation 0'],
  ])('shows the bucket of %s as exactly as its side of a bound needs', (key, upperBound, words) => {
    const variations = [
      { variation: 0, weight: upperBound },
      { variation: 1, weight: 100_000 - upperBound },
    ];
    expect(told([flag({ fallthrough: { rollout: { variations } } })], user(key)).at(-1)).toContain(words);
  });

  test('says whose bucketing it is that does not exist', () => {
    expect(told([flag({ bucketing: 'md5', fallthrough: split() })]).at(-1)).toBe(
      '    - This is malformed: the flag names a bucketing that does not exist.',
    );
  });
});

describe('the explanation of a clause', () => {
  const say = (given: unknown, context: Context = user('anna', { x: 'blue' })): string =>
    told([flag({ rules: [rule([given])] })], context)
      .find((line) => line.startsWith('    '))
      ?.slice(4) ?? '';

  test.each<readonly [string, unknown, unknown, string]>([
    ['that matches', onX('in', 'blue'), 'blue', '+ user x "blue" is "blue", so the clause matches.'],
    [
      'that does not',
      onX('in', 'red', 'green'),
      'blue',
      '- user x "blue" is not any of "red", "green", so the clause does not match.',
    ],
    [
      'that is negated and does not',
      { ...onX('in', 'blue', 'red'), negate: true },
      'blue',
      '- user x "blue" is one of "blue", "red", and the clause is negated, so it does not match.',
    ],
    [
      'that is negated and matches',
      { ...onX('startsWith', 're'), negate: true },
      'blue',
      '+ user x "blue" does not start with "re", and the clause is negated, so it matches.',
    ],
    [
      'about a list',
      onX('contains', 'u'),
      ['red', 'blue'],
      '+ user x ["red", "blue"] contains "u", so the clause matches.',
    ],
    [
      'about an object',
      onX('in', 'blue'),
      {},
      '- user x an object is not "blue", so the clause does not match.',
    ],
    ['about nothing', onX('in', 'blue'), null, '- There is no user x, so the clause does not match.'],
    [
      'about nothing, negated',
      { ...onX('in', 'blue'), negate: true },
      undefined,
      '- There is no user x, so the clause does not match, negated or not.',
    ],
    [
      'with many values',
      onX('greaterThan', 1, 2, 3, 4, 5, 6, 7),
      0,
      '- user x 0 is not greater than any of 1, 2, 3, 4, 5 and 2 more, so the clause does not match.',
    ],
    [
      'with none',
      onX('matches'),
      'blue',
      '- user x "blue" does not match no value at all, so the clause does not match.',
    ],
    [
      'with an unknown operator',
      onX('like', 'b'),
      'blue',
      '- user x "blue" does not pass the unknown operator with "b", so the clause does not match.',
    ],
    [
      'without an operator',
      { attribute: 'x', values: ['b'] },
      'blue',
      '- user x "blue" does not pass the unknown operator with "b", so the clause does not match.',
    ],
    [
      'without values',
      { attribute: 'x', op: 'in' },
      'blue',
      '- The clause is malformed: it has no list of values.',
    ],
    [
      'without an attribute',
      { op: 'in', values: ['b'] },
      'blue',
      '- The clause is malformed: nothing is no valid attribute.',
    ],
    ['that is none', 5, 'blue', '- The clause is malformed: the clause is not an object.'],
    [
      'about the kind',
      { attribute: 'kind', op: 'in', values: ['org'] },
      'blue',
      '- kind "user" is not "org", so the clause does not match.',
    ],
  ])('has a sentence for one %s', (_, given, x, text) => {
    expect(say(given, user('anna', { x }))).toBe(text);
  });

  test('has its parts as data', () => {
    const { steps } = explain(
      [
        flag({
          rules: [rule([{ ...onX('in', 'US', 'CA'), contextKind: 'org', attribute: '/address/country' }])],
        }),
      ],
      {
        kind: 'org',
        key: 'o',
        address: { country: 'CA' },
      },
    );
    expect(steps.find(({ kind }) => kind === 'clause')?.data).toEqual({
      contextKind: 'org',
      attribute: '/address/country',
      value: 'CA',
      op: 'in',
      values: ['US', 'CA'],
      negate: false,
    });
  });
});

test('rules are told up to the one that matches, and clauses up to the one that does not', () => {
  const rules = [
    rule([onX('in', 'red'), onX('in', 'green')]),
    rule([onX('in', 'blue'), onX('endsWith', 'ue')]),
    rule([]),
  ];
  expect(told([flag({ rules })], user('anna', { x: 'blue' }))).toEqual([
    ON,
    '  - Rule 1 does not match.',
    '    - user x "blue" is not "red", so the clause does not match.',
    '  + Rule 2 matches.',
    '    + user x "blue" is "blue", so the clause matches.',
    '    + user x "blue" ends with "ue", so the clause matches.',
  ]);
});

test.each<readonly [string, unknown, readonly string[]]>([
  ['without clauses', rule([]), ['  + Rule 1 has no clauses, so it matches every context.']],
  [
    'without a list of clauses',
    { variation: 0 },
    ['  - Rule 1 has no list of clauses, so it matches no context.', DEFAULT_RULE],
  ],
  ['that is malformed', { clauses: 5 }, ['  - Rule 1 is malformed.']],
  [
    'with a malformed clause',
    rule([5]),
    ['  - Rule 1 is malformed.', '    - The clause is malformed: the clause is not an object.'],
  ],
])('a rule %s is explained as such', (_, given, lines) => {
  expect(told([flag({ rules: [given] })])).toEqual([ON, ...lines]);
});

describe('the explanation of targets', () => {
  test('says which keys are listed', () => {
    const contextTargets = [{ contextKind: 'org', variation: 2, values: ['dj'] }];
    expect(
      told([flag({ contextTargets })], { kind: 'multi', user: { key: 'anna' }, org: { key: 'dj' } }),
    ).toEqual([ON, '  + org "dj" is listed for variation 2.']);
  });

  test('says that none lists a key', () => {
    expect(told([flag({ targets: [{ variation: 2, values: ['bob'] }] })])).toEqual([
      ON,
      '  - No target lists user "anna".',
      DEFAULT_RULE,
    ]);
  });

  test('says that one is malformed', () => {
    expect(told([flag({ targets: [5] })])).toEqual([
      ON,
      '  - A target of user keys is malformed: it has no list of keys.',
    ]);
  });
});

test.each([
  ['prerequisites', { prerequisites: 5 }],
  ['targets', { targets: 5 }],
  ['rules', { rules: 5 }],
])('%s that are no list are told to be malformed', (name, fields) => {
  expect(told([flag(fields)])).toEqual([ON, `  - The ${name} are malformed: they are no list.`]);
});

test('a flag that is no object is explained to be none', () => {
  const evaluator = evaluatorOf([]).with({ flags: { flag: 5 as never } });
  expect(evaluator.explain('flag', ANNA).steps[0]).toMatchObject({
    matched: false,
    text: 'Flag "flag" is not an object.',
  });
});

describe('prerequisites', () => {
  const needs = (...keys: readonly string[]): { readonly prerequisites: unknown } => ({
    prerequisites: keys.map((key) => ({ key, variation: 0 })),
  });

  test('are told with how they came to their answer, each once', () => {
    const flags = [
      flag(needs('g', 'h', 'i')),
      flag({ key: 'g' }),
      flag({ key: 'h', ...needs('g') }),
      flag({ key: 'i', on: false }),
    ];
    expect(told(flags)).toEqual([
      ON,
      '  + Prerequisite "g" must serve variation 0 and serves 0, so it is met.',
      '    + Flag "g" is on.',
      '      + No target and no rule matched, so the default rule applies.',
      '  + Prerequisite "h" must serve variation 0 and serves 0, so it is met.',
      '    + Flag "h" is on.',
      '      + Prerequisite "g" must serve variation 0 and serves 0, so it is met.',
      '      + No target and no rule matched, so the default rule applies.',
      '  - Prerequisite "i" must serve variation 0, but it is off.',
      '    - Flag "i" is off.',
    ]);
  });

  test.each<readonly [string, readonly Flag[], string]>([
    ['that are not there', [], '  - Prerequisite "g" must serve variation 0, but there is no such flag.'],
    [
      'that serve another variation',
      [flag({ key: 'g', fallthrough: { variation: 2 } })],
      '  - Prerequisite "g" must serve variation 0 and serves 2, so it is not met.',
    ],
    [
      'that are malformed',
      [flag({ key: 'g', fallthrough: {} })],
      '  - Prerequisite "g" must serve variation 0, but it is malformed, so the whole flag is malformed.',
    ],
    [
      'that lead back',
      [flag({ key: 'g', ...needs('flag') })],
      '  - Prerequisite "g" must serve variation 0, but it is malformed, so the whole flag is malformed.',
    ],
  ])('%s are told not to be met', (_, others, line) => {
    expect(told([flag(needs('g')), ...others])[1]).toBe(line);
  });

  test('are not told deeper than anybody reads', () => {
    const chain = Array.from({ length: 100 }, (_, index) =>
      flag({ key: index === 0 ? 'flag' : `f${index}`, ...needs(`f${index + 1}`) }),
    );
    const { steps, detail } = explain([...chain, flag({ key: 'f100' })]);
    expect(detail.variationIndex).toBe(0);
    expect(Math.max(...steps.map(({ depth }) => depth))).toBeLessThan(50);
  });
});

describe('segments', () => {
  const asking = (...keys: readonly string[]): readonly Flag[] => [
    flag({ rules: [rule([segmentClause(keys)])] }),
  ];
  const reason = (fields: SegmentFields, context: Context = ANNA, options: EvaluatorOptions = {}): string =>
    told(asking('segment'), context, [segment(fields)], options)
      .find((line) => line.startsWith('      '))
      ?.slice(6) ?? '';

  test.each<readonly [string, SegmentFields, string]>([
    [
      'that include the key',
      { included: ['anna'] },
      '+ The context is in segment "segment": user "anna" is in the list of included keys.',
    ],
    [
      'that exclude it',
      { excluded: ['anna'] },
      '- The context is not in segment "segment": user "anna" is in the list of excluded keys.',
    ],
    [
      'that say nothing',
      {},
      '- The context is not in segment "segment": its key is not listed and none of its rules matches.',
    ],
    [
      'whose rules match',
      { rules: [{ clauses: [] }] },
      '+ The context is in segment "segment": its key is not listed and one of its rules matches.',
    ],
    [
      'that are malformed',
      { included: 5 },
      '- The segment "segment" is malformed: it is not an object, or its included keys are not lists.',
    ],
    [
      'that lead back',
      { rules: [{ clauses: [segmentClause(['segment'])] }] },
      '- The segment "segment" is malformed: one of its rules is.',
    ],
    [
      'that are big, of another kind',
      { unbounded: true, unboundedContextKind: 'org', generation: 1 },
      '- The context is not in segment "segment": the context has no org, so the big segment store is not asked.',
    ],
    [
      'that are big, without a generation',
      { unbounded: true },
      '- The context is not in segment "segment": the big segment has no generation, so its store cannot be asked.',
    ],
    [
      'that are big, and the store says nothing',
      { unbounded: true, generation: 2, rules: [{ clauses: [] }] },
      '+ The context is in segment "segment": the big segment store does not list its key and one of its rules matches.',
    ],
    [
      'that are big, and the store says so',
      { unbounded: true, generation: 1 },
      '+ The context is in segment "segment": the big segment store says so for "anna".',
    ],
  ])('%s are told so', (_, fields, text) => {
    expect(
      reason(fields, ANNA, {
        bigSegments: () => ({ status: 'HEALTHY', membership: { 'segment.g1': true } }),
      }),
    ).toBe(text);
  });

  test('that are not there are told to hold nobody', () => {
    expect(told(asking('gone'))).toEqual([
      ON,
      '  - Rule 1 does not match.',
      '    - The context is not in segment "gone", so the clause does not match.',
      '      - There is no segment "gone", so no context is in it.',
      DEFAULT_RULE,
    ]);
  });

  test('are asked in order and told once, with their rules and samples', () => {
    const sample = (weight: number) => ({ clauses: [onX('in', 'blue')], weight });
    const segments = [
      segment({ rules: [sample(1_000), { clauses: [segmentClause(['t'])] }] }),
      segment({ key: 't', rules: [sample(100_000)] }),
    ];
    const lines = told(
      [
        flag({
          rules: [
            rule([
              segmentClause(['t']),
              segmentClause(['u', 'segment', 't']),
              { ...segmentClause(['segment']), negate: true },
            ]),
          ],
        }),
      ],
      user('anna', { x: 'blue' }),
      segments,
    );
    expect(lines).toEqual([
      ON,
      '  - Rule 1 does not match.',
      '    + The context is in segment "t", so the clause matches.',
      '      + The context is in segment "t": its key is not listed and one of its rules matches.',
      expect.stringMatching(
        /^ {8}\+ Rule 1 of the segment matches; it takes a share by user key, and bucket 0\.\d{4} < 1\.00 is in its 100 %\.$/,
      ),
      '          + user x "blue" is "blue", so the clause matches.',
      '    + The context is in any of the segments "u", "segment", "t", so the clause matches.',
      '      - There is no segment "u", so no context is in it.',
      '      + The context is in segment "segment": its key is not listed and one of its rules matches.',
      expect.stringMatching(
        /^ {8}- Rule 1 of the segment does not match; it takes a share by user key, and bucket 0\.\d{4} ≥ 0\.01 is not in its 1 %\.$/,
      ),
      '          + user x "blue" is "blue", so the clause matches.',
      '        + Rule 2 of the segment matches.',
      '          + The context is in segment "t", so the clause matches.',
      '            + The context is in segment "t".',
      '    - The context is in segment "segment", and the clause is negated, so it does not match.',
      '      + The context is in segment "segment".',
      DEFAULT_RULE,
    ]);
  });

  test('that are malformed make the clause, the rule and the flag so', () => {
    expect(told(asking('segment'), ANNA, [segment({ rules: 5 })])).toEqual([
      ON,
      '  - Rule 1 is malformed.',
      '    - A segment is malformed, or refers back to itself, so the whole flag is malformed.',
      '      - The segment "segment" is malformed: its rules are not a list.',
    ]);
  });

  test('tell the store’s status in the answer', () => {
    const { detail } = explain(asking('segment'), ANNA, [segment({ unbounded: true, generation: 1 })]);
    expect(detail.reason).toEqual({ kind: 'FALLTHROUGH', bigSegmentsStatus: 'NOT_CONFIGURED' });
  });
});

test('a vast flag has an explanation that ends, with the outcome', () => {
  const rules = Array.from({ length: 5_000 }, () => rule([onX('in', 'red')]));
  const { steps } = explain([flag({ rules })], user('anna', { x: 'blue' }));
  expect(steps).toHaveLength(2_002);
  expect(steps.at(-2)?.text).toBe('Steps after the first 2000 are left out.');
  expect(steps.at(-1)?.kind).toBe('outcome');
});
