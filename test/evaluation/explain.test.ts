import { describe, expect, test } from 'vitest';
import type { EvaluatorOptions, Explanation } from '../../src/evaluation/evaluator.ts';
import type { Context } from '../../src/evaluation/model.ts';
import { clause, evaluatorOf, flag, inSegment, rule, segment, user, type Fields } from './definitions.ts';

const explain = (
  flags: readonly Fields[],
  context: unknown = user(),
  segments: readonly Fields[] = [],
  options: EvaluatorOptions = {},
): Explanation => evaluatorOf(flags, segments, options).explain('f', context as Context);

/** The steps as a page would show them: indented, with a mark for what matched; without the summary at the end. */
const told = (...given: Parameters<typeof explain>): readonly string[] =>
  explain(...given)
    .steps.slice(0, -1)
    .map(({ depth, matched, text }) => `${'  '.repeat(depth)}${matched ? '+' : '-'} ${text}`);

const ON = '+ Flag "f" is on.';
const DEFAULT_RULE = '  + No target and no rule matched, so the default rule decides.';
const split = (fields: Fields = {}): Fields => ({
  rollout: {
    variations: [
      { variation: 0, weight: 20_000 },
      { variation: 2, weight: 80_000 },
    ],
    ...fields,
  },
});

describe('the summary', () => {
  test.each<readonly [string, readonly Fields[], unknown, string]>([
    [
      'of a flag that is off',
      [flag({ on: false })],
      user(),
      'Flag "f" serves "off" (variation 0), because it is off.',
    ],
    [
      'of one that has no off variation',
      [flag({ on: false, offVariation: null })],
      user(),
      'Flag "f" serves the default, because it is off.',
    ],
    [
      'of a target',
      [flag({ targets: [{ variation: 2, values: ['alice'] }] })],
      user(),
      'Flag "f" serves "third" (variation 2), because the context is targeted by its key.',
    ],
    [
      'of the default rule',
      [flag()],
      user(),
      'Flag "f" serves "on" (variation 1), because no target and no rule matched.',
    ],
    [
      'of a rule',
      [flag({ rules: [rule()] })],
      user(),
      'Flag "f" serves "third" (variation 2), because rule 0 matched.',
    ],
    [
      'of an experiment',
      [flag({ fallthrough: split({ kind: 'experiment' }) })],
      user(),
      'Flag "f" serves "third" (variation 2), because no target and no rule matched, as part of an experiment.',
    ],
    [
      'of a rule’s experiment',
      [flag({ rules: [{ clauses: [], ...split({ kind: 'experiment' }) }] })],
      user(),
      'Flag "f" serves "third" (variation 2), because rule 0 matched, as part of an experiment.',
    ],
    [
      'of a prerequisite',
      [flag({ prerequisites: [{ key: 'g', variation: 0 }] })],
      user(),
      'Flag "f" serves "off" (variation 0), because its prerequisite "g" is not met.',
    ],
    [
      'of a malformed flag',
      [flag({ fallthrough: {} })],
      user(),
      'Flag "f" serves the default, because the flag, or something that it asks, is malformed.',
    ],
    [
      'of a list',
      [flag({ variations: [0, [1, 2, 3, 4, 5, 6, 7]] })],
      user(),
      'Flag "f" serves [1, 2, 3, 4, 5 and 2 more] (variation 1), because no target and no rule matched.',
    ],
    ['of no flag', [], user(), 'There is no flag "f", so the default is served.'],
    ['of no context', [flag()], {}, 'The context is not valid, so the default is served.'],
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

describe('a rollout', () => {
  test('says the bucket and the borders, in words and as data', () => {
    const { steps } = explain([flag({ fallthrough: split() })]);
    expect(steps.find(({ kind }) => kind === 'rollout')).toEqual({
      kind: 'rollout',
      depth: 2,
      matched: true,
      text: 'In the rollout by user key, "alice" has its fixed place: bucket 0.3231 ≥ 0.20, so not in the 20 % of variation 0; bucket 0.3231 < 1.00, so in the 80 % of variation 2.',
      data: {
        bucket: expect.closeTo(0.3231, 4),
        contextKind: 'user',
        bucketBy: 'key',
        value: 'alice',
        experiment: false,
        inExperiment: false,
        slices: [
          { variation: 0, weight: 20_000, border: 0.2 },
          { variation: 2, weight: 80_000, border: 1 },
        ],
      },
    });
  });

  test.each<readonly [string, Fields, unknown, string]>([
    [
      'of a kind that is not there',
      split({ contextKind: 'org' }),
      user(),
      'The context has no org, which counts as bucket 0 in the rollout by org key: bucket 0.0000 < 0.20, so in the 20 % of variation 0.',
    ],
    [
      'by what has no place',
      split({ bucketBy: 'age' }),
      user({ age: 1.5 }),
      'user age is no text and no whole number, which counts as bucket 0 in the rollout by user age: bucket 0.0000 < 0.20, so in the 20 % of variation 0.',
    ],
    [
      'by a whole number',
      split({ kind: 'experiment', bucketBy: 'age' }),
      user({ key: '7', age: 1 }),
      'In the experiment by user key, "7" has its fixed place: bucket 0.5102 ≥ 0.20, so not in the 20 % of variation 0; bucket 0.5102 < 1.00, so in the 80 % of variation 2.',
    ],
    [
      'that is past all weights',
      { rollout: { variations: [{ variation: 0, weight: 0 }] } },
      user(),
      'In the rollout by user key, "alice" has its fixed place: bucket 0.3231 ≥ 0.00, so not in the 0 % of variation 0; past all of them the last one is served.',
    ],
    [
      'of nothing',
      { rollout: { variations: [] } },
      user(),
      'This is malformed: the rollout has no list of weighted variations.',
    ],
    [
      'by no attribute',
      split({ contextKind: 'org', bucketBy: '//' }),
      user(),
      'This is malformed: "//" is no valid attribute.',
    ],
    ['by nothing at all', {}, user(), 'This is malformed: there is no variation and no rollout to serve.'],
    [
      'to no object',
      { rollout: 5 },
      user(),
      'This is malformed: there is no variation and no rollout to serve.',
    ],
  ])('%s', (_, fallthrough, context, text) => {
    expect(told([flag({ fallthrough })], context).at(-1)).toMatch(/^ {4}[+-] /);
    expect(
      told([flag({ fallthrough })], context)
        .at(-1)
        ?.slice(6),
    ).toBe(text);
  });

  test('shows a bucket as exactly as its side of a border needs', () => {
    // The bucket of "alice" is 0.323111…, which with four digits would seem to be below this border.
    const variations = [
      { variation: 0, weight: 32_311 },
      { variation: 1, weight: 67_689 },
    ];
    expect(told([flag({ fallthrough: { rollout: { variations } } })]).at(-1)).toContain(
      'bucket 0.32311 ≥ 0.32311, so not in the 32.311 % of variation 0',
    );
  });

  test('says whose bucketing it is that does not exist', () => {
    expect(told([flag({ bucketing: 'md5', fallthrough: split() })]).at(-1)).toBe(
      '    - This is malformed: the flag names a bucketing that does not exist.',
    );
  });
});

describe('a clause', () => {
  const say = (given: unknown, context: unknown = user({ x: 'blue' })): string =>
    told([flag({ rules: [rule(given)] })], context)
      .find((line) => line.startsWith('    '))
      ?.slice(4) ?? '';

  test.each<readonly [string, unknown, unknown, string]>([
    ['that matches', clause('in', 'blue'), 'blue', '+ user x "blue" is "blue", so the clause matches.'],
    [
      'that does not',
      clause('in', 'red', 'green'),
      'blue',
      '- user x "blue" is not any of "red", "green", so the clause does not match.',
    ],
    [
      'that is negated and does not',
      { ...clause('in', 'blue', 'red'), negate: true },
      'blue',
      '- user x "blue" is one of "blue", "red", and the clause is negated, so it does not match.',
    ],
    [
      'that is negated and matches',
      { ...clause('startsWith', 're'), negate: true },
      'blue',
      '+ user x "blue" does not start with "re", and the clause is negated, so it matches.',
    ],
    [
      'about a list',
      clause('contains', 'u'),
      ['red', 'blue'],
      '+ user x ["red", "blue"] contains "u", so the clause matches.',
    ],
    [
      'about an object',
      clause('in', 'blue'),
      {},
      '- user x an object is not "blue", so the clause does not match.',
    ],
    ['about nothing', clause('in', 'blue'), null, '- There is no user x, so the clause does not match.'],
    [
      'about nothing, negated',
      { ...clause('in', 'blue'), negate: true },
      undefined,
      '- There is no user x, so the clause does not match, negated or not.',
    ],
    [
      'with many values',
      clause('greaterThan', 1, 2, 3, 4, 5, 6, 7),
      0,
      '- user x 0 is not greater than any of 1, 2, 3, 4, 5 and 2 more, so the clause does not match.',
    ],
    [
      'with none',
      clause('matches'),
      'blue',
      '- user x "blue" does not match no value at all, so the clause does not match.',
    ],
    [
      'with an operator nobody knows',
      clause('like', 'b'),
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
  ])('%s', (_, given, x, text) => {
    expect(say(given, user({ x }))).toBe(text);
  });

  test('has its parts as data', () => {
    const { steps } = explain(
      [
        flag({
          rules: [rule({ ...clause('in', 'US', 'CA'), contextKind: 'org', attribute: '/address/country' })],
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
    rule(clause('in', 'red'), clause('in', 'green')),
    rule(clause('in', 'blue'), clause('endsWith', 'ue')),
    rule(),
  ];
  expect(told([flag({ rules })], user({ x: 'blue' }))).toEqual([
    ON,
    '  - Rule 0 does not match.',
    '    - user x "blue" is not "red", so the clause does not match.',
    '  + Rule 1 matches.',
    '    + user x "blue" is "blue", so the clause matches.',
    '    + user x "blue" ends with "ue", so the clause matches.',
  ]);
});

test.each<readonly [string, unknown, readonly string[]]>([
  ['without clauses', rule(), ['  + Rule 0 has no clauses, so it matches everybody.']],
  [
    'without a list of clauses',
    { variation: 0 },
    ['  - Rule 0 has no list of clauses, so it matches nobody.', DEFAULT_RULE],
  ],
  ['that is malformed', { clauses: 5 }, ['  - Rule 0 is malformed.']],
  [
    'with a malformed clause',
    rule(5),
    ['  - Rule 0 is malformed.', '    - The clause is malformed: the clause is not an object.'],
  ],
])('a rule %s', (_, given, lines) => {
  expect(told([flag({ rules: [given] })])).toEqual([ON, ...lines]);
});

describe('targets', () => {
  test('that list the key', () => {
    const contextTargets = [{ contextKind: 'org', variation: 2, values: ['dj'] }];
    expect(
      told([flag({ contextTargets })], { kind: 'multi', user: { key: 'alice' }, org: { key: 'dj' } }),
    ).toEqual([ON, '  + user "alice", org "dj": a key is listed for variation 2.']);
  });

  test('that do not', () => {
    expect(told([flag({ targets: [{ variation: 2, values: ['bob'] }] })])).toEqual([
      ON,
      '  - No target lists user "alice".',
      DEFAULT_RULE,
    ]);
  });

  test('that are malformed', () => {
    expect(told([flag({ targets: [5] })])).toEqual([ON, '  - A target is malformed.']);
  });
});

test.each([
  ['prerequisites', { prerequisites: 5 }],
  ['targets', { targets: 5 }],
  ['rules', { rules: 5 }],
])('%s that are no list', (name, fields) => {
  expect(told([flag(fields)])).toEqual([ON, `  - The ${name} are malformed: they are no list.`]);
});

test('a flag that is no object', () => {
  expect(told([{ key: 'g' }]).length).toBe(0);
  const evaluator = evaluatorOf([]).with({ flags: { f: 5 as never } });
  expect(evaluator.explain('f', user()).steps[0]).toMatchObject({
    matched: false,
    text: 'Flag "f" is not even an object.',
  });
});

describe('prerequisites', () => {
  const needs = (...keys: readonly string[]): Fields => ({
    prerequisites: keys.map((key) => ({ key, variation: 1 })),
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
      '  + Prerequisite "g" must serve variation 1 and serves 1, so it is met.',
      '    + Flag "g" is on.',
      '      + No target and no rule matched, so the default rule decides.',
      '  + Prerequisite "h" must serve variation 1 and serves 1, so it is met.',
      '    + Flag "h" is on.',
      '      + Prerequisite "g" must serve variation 1 and serves 1, so it is met.',
      '      + No target and no rule matched, so the default rule decides.',
      '  - Prerequisite "i" must serve variation 1, but it is off.',
      '    - Flag "i" is off.',
    ]);
  });

  test.each<readonly [string, readonly Fields[], string]>([
    ['that are not there', [], '  - Prerequisite "g" must serve variation 1, but there is no such flag.'],
    [
      'that serve another variation',
      [flag({ key: 'g', fallthrough: { variation: 2 } })],
      '  - Prerequisite "g" must serve variation 1 and serves 2, so it is not met.',
    ],
    [
      'that are malformed',
      [flag({ key: 'g', fallthrough: {} })],
      '  - Prerequisite "g" must serve variation 1, but it is malformed or leads back here, so the whole flag is malformed.',
    ],
    [
      'that lead back',
      [flag({ key: 'g', ...needs('f') })],
      '  - Prerequisite "g" must serve variation 1, but it is malformed or leads back here, so the whole flag is malformed.',
    ],
  ])('%s', (_, others, line) => {
    expect(told([flag(needs('g')), ...others])[1]).toBe(line);
  });

  test('are not told deeper than anybody reads', () => {
    const chain = Array.from({ length: 100 }, (_, index) =>
      flag({ key: index === 0 ? 'f' : `f${index}`, ...needs(`f${index + 1}`) }),
    );
    const { steps, detail } = explain([...chain, flag({ key: 'f100' })]);
    expect(detail.variationIndex).toBe(1);
    expect(Math.max(...steps.map(({ depth }) => depth))).toBeLessThan(50);
  });
});

describe('segments', () => {
  const asking = (...keys: readonly string[]): readonly Fields[] => [
    flag({ rules: [rule(inSegment(...keys))] }),
  ];
  const reason = (fields: Fields, context: unknown = user(), options: EvaluatorOptions = {}): string =>
    told(asking('s'), context, [segment(fields)], options)
      .find((line) => line.startsWith('      '))
      ?.slice(6) ?? '';

  test.each<readonly [string, Fields, string]>([
    [
      'that include the key',
      { included: ['alice'] },
      '+ The context is in segment "s": its key is included by name.',
    ],
    [
      'that exclude it',
      { excluded: ['alice'] },
      '- The context is not in segment "s": its key is excluded by name.',
    ],
    [
      'that say nothing',
      {},
      '- The context is not in segment "s": its key is not listed and none of its rules matches.',
    ],
    [
      'whose rules match',
      { rules: [{ clauses: [] }] },
      '+ The context is in segment "s": one of its rules matches.',
    ],
    ['that are malformed', { included: 5 }, '- The segment "s" is malformed, or leads back to itself.'],
    [
      'that lead back',
      { rules: [{ clauses: [inSegment('s')] }] },
      '- The segment "s" is malformed, or leads back to itself.',
    ],
    [
      'that are big, of another kind',
      { unbounded: true, unboundedContextKind: 'org', generation: 1 },
      '- The context is not in segment "s": the context has no org, so the store is not asked.',
    ],
    [
      'that are big, without a generation',
      { unbounded: true },
      '- The context is not in segment "s": the big segment has no generation, so its store cannot be asked.',
    ],
    [
      'that are big, and the store says nothing',
      { unbounded: true, generation: 2, rules: [{ clauses: [] }] },
      '+ The context is in segment "s": one of its rules matches.',
    ],
    [
      'that are big, and the store says so',
      { unbounded: true, generation: 1 },
      '+ The context is in segment "s": the store of big segments says so of "alice".',
    ],
  ])('%s', (_, fields, text) => {
    expect(
      reason(fields, user(), { bigSegments: () => ({ status: 'HEALTHY', membership: { 's.g1': true } }) }),
    ).toBe(text);
  });

  test('that are not there', () => {
    expect(told(asking('gone'))).toEqual([
      ON,
      '  - Rule 0 does not match.',
      '    - The context is not in segment "gone", so the clause does not match.',
      '      - There is no segment "gone", so nobody is in it.',
      DEFAULT_RULE,
    ]);
  });

  test('are asked in order and told once, with their rules and samples', () => {
    const sample = (weight: number) => ({ clauses: [clause('in', 'blue')], weight });
    const segments = [
      segment({ rules: [sample(1_000), { clauses: [inSegment('t')] }] }),
      segment({ key: 't', rules: [sample(100_000)] }),
    ];
    const lines = told(
      [
        flag({
          rules: [rule(inSegment('t'), inSegment('u', 's', 't'), { ...inSegment('s'), negate: true })],
        }),
      ],
      user({ x: 'blue' }),
      segments,
    );
    expect(lines).toEqual([
      ON,
      '  - Rule 0 does not match.',
      '    + The context is in segment "t", so the clause matches.',
      '      + The context is in segment "t": one of its rules matches.',
      expect.stringMatching(
        /^ {8}\+ Rule 0 of the segment matches; it takes a sample, and bucket 0\.\d{4} < 1\.00 is in its 100 %\.$/,
      ),
      '          + user x "blue" is "blue", so the clause matches.',
      '    + The context is in any of the segments "u", "s", "t", so the clause matches.',
      '      - There is no segment "u", so nobody is in it.',
      '      + The context is in segment "s": one of its rules matches.',
      expect.stringMatching(
        /^ {8}- Rule 0 of the segment does not match; it takes a sample, and bucket 0\.\d{4} ≥ 0\.01 is not in its 1 %\.$/,
      ),
      '          + user x "blue" is "blue", so the clause matches.',
      '        + Rule 1 of the segment matches.',
      '          + The context is in segment "t", so the clause matches.',
      '            + The context is in segment "t".',
      '    - The context is in segment "s", and the clause is negated, so it does not match.',
      '      + The context is in segment "s".',
      DEFAULT_RULE,
    ]);
  });

  test('that are malformed make the clause, the rule and the flag so', () => {
    expect(told(asking('s'), user(), [segment({ rules: 5 })])).toEqual([
      ON,
      '  - Rule 0 is malformed.',
      '    - A segment is malformed, or leads back to itself, so the whole flag is malformed.',
      '      - The segment "s" is malformed, or leads back to itself.',
    ]);
  });

  test('tell the store’s status in the answer', () => {
    const { detail } = explain(asking('s'), user(), [segment({ unbounded: true, generation: 1 })]);
    expect(detail.reason).toEqual({ kind: 'FALLTHROUGH', bigSegmentsStatus: 'NOT_CONFIGURED' });
  });
});

test('a vast flag has an explanation that ends, with the outcome', () => {
  const rules = Array.from({ length: 5_000 }, () => rule(clause('in', 'red')));
  const { steps } = explain([flag({ rules })], user({ x: 'blue' }));
  expect(steps).toHaveLength(2_002);
  expect(steps.at(-2)?.text).toBe('What was looked at after the first 2000 steps is not told.');
  expect(steps.at(-1)?.kind).toBe('outcome');
});
