import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvaluationDetail } from '../../../../src/evaluation/detail.ts';
import type { Flag, Segment } from '../../../../src/evaluation/model.ts';
import {
  ANNA,
  byKey,
  evaluatorOf,
  flag,
  malformed,
  onX,
  rule,
  segment,
  segmentClause,
  user,
} from '../../../support/flag-builders.ts';
import { bigSegments, createReference, STORM, type Reference } from './launchdarkly-reference.ts';

interface Bug {
  readonly name: string;
  readonly flags: readonly Flag[];
  readonly segments?: readonly Segment[];
  readonly context?: unknown;
  /** `throws` where the SDK does. */
  readonly theirs: unknown;
  readonly ours: unknown;
}

const served = (value: string): unknown => expect.objectContaining({ value });
const US = { attribute: 'x', op: 'in', values: ['blue'] };
const BAD_CLAUSE = { contextKind: 'user', attribute: '//', op: 'in', values: [1] };

/** Each as small as it goes. When the SDK mends one, its test says so. */
const BUGS: readonly Bug[] = [
  {
    name: 'an error in a clause is forgotten when another clause of the rule follows',
    flags: [flag({ rules: [rule([BAD_CLAUSE, US])] })],
    theirs: served('b'),
    ours: malformed,
  },
  {
    name: 'a cycle of prerequisites is forgotten when a later prerequisite of the flag fails',
    flags: [
      flag({ prerequisites: [{ key: 'g', variation: 3 }] }),
      flag({
        key: 'g',
        prerequisites: [
          { key: 'g', variation: 0 },
          { key: 'gone', variation: 0 },
        ],
      }),
    ],
    theirs: served('a'),
    ours: malformed,
  },
  {
    name: 'an operator named like a member of Object.prototype matches',
    flags: [flag({ rules: [rule([onX('constructor', 'x')])] })],
    theirs: served('b'),
    ours: served('a'),
  },
  {
    name: 'a step of a path is not unescaped when it starts with "~"',
    flags: [
      flag({ rules: [rule([{ contextKind: 'user', attribute: '/~1x', op: 'in', values: ['blue'] }])] }),
    ],
    context: user('anna', { '/x': 'blue' }),
    theirs: served('a'),
    ours: served('b'),
  },
  {
    name: 'an index between two variations serves undefined',
    flags: [flag({ fallthrough: { variation: 0.5 } })],
    theirs: expect.objectContaining({ value: undefined, variationIndex: 0.5 }),
    ours: malformed,
  },
  {
    name: 'a clause without a list of values throws',
    flags: [flag({ rules: [rule([{ attribute: 'x', op: 'in' }])] })],
    theirs: 'throws',
    ours: malformed,
  },
  {
    name: 'a rule that is null throws',
    flags: [flag({ rules: [null] })],
    theirs: 'throws',
    ours: malformed,
  },
  {
    name: 'a kind called multi is taken',
    flags: [flag()],
    context: { kind: 'multi', multi: { key: 'a' } },
    theirs: served('a'),
    ours: {
      value: 'default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' },
    },
  },
  {
    name: 'a kind called __proto__ is lost',
    flags: [flag({ rules: [rule([{ attribute: 'kind', op: 'in', values: ['__proto__'] }])] })],
    context: JSON.parse('{"kind":"multi","__proto__":{"key":"a"},"org":{"key":"o"}}'),
    theirs: served('a'),
    ours: served('b'),
  },
  {
    name: 'a context that is text throws',
    flags: [flag()],
    context: 'anna',
    theirs: 'throws',
    ours: {
      value: 'default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' },
    },
  },
  {
    name: 'a key of a legacy user that is an object is taken as "[object Object]"',
    flags: [flag()],
    context: { key: {} },
    theirs: served('a'),
    ours: {
      value: 'default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' },
    },
  },
  {
    name: 'private attributes that are no list throw',
    flags: [flag()],
    context: user('anna', { _meta: { privateAttributes: 'x' } }),
    theirs: 'throws',
    ours: served('a'),
  },
  {
    name: 'lists that are objects count as empty',
    flags: [flag({ prerequisites: {} })],
    theirs: served('a'),
    ours: malformed,
  },
  {
    name: 'a flag that is no object is off',
    flags: [],
    theirs: served('default'),
    ours: malformed,
  },
  ...['a(?=b)', '(?<!x)a', String.raw`(a)b\1`].map((pattern) => ({
    name: `look-around and back-references match in JavaScript’s own time (${pattern})`,
    flags: [flag({ rules: [rule([onX('matches', pattern)])] })],
    context: user('anna', { x: 'aba' }),
    theirs: served('b'),
    ours: served('a'),
  })),
  {
    name: 'patterns and texts may be of any length',
    flags: [flag({ rules: [rule([onX('matches', `^b*${'a?'.repeat(200)}$`)])] })],
    context: user('anna', { x: 'a' }),
    theirs: served('b'),
    ours: served('a'),
  },
];

describe('known bugs of the LaunchDarkly node SDK, and our answer', () => {
  let reference: Reference;
  beforeAll(async () => {
    reference = await createReference();
  });
  afterAll(() => {
    reference.close();
  });

  test.each(BUGS)(
    '$name',
    async ({ flags, segments = [], context = user('anna', { x: 'blue' }), theirs, ours }) => {
      const named = flags.length === 0 ? { flag: 5 as never } : byKey(flags);
      reference.load(named, byKey(segments));
      const answer = await reference.client
        .variationDetail('flag', context as never, 'default')
        .catch(() => 'throws');
      expect(answer).toEqual(theirs);
      const evaluator = evaluatorOf(flags, segments).with({ flags: named });
      expect(evaluator.evaluate('flag', context as never, 'default')).toEqual(ours);
    },
  );
});

describe('where SDKs disagree we answer as the node SDK', () => {
  let reference: Reference;
  beforeAll(async () => {
    reference = await createReference();
  });
  afterAll(() => {
    reference.close();
  });

  const half = (fields: object): object => ({
    rollout: {
      variations: [
        { variation: 1, weight: 50_000 },
        { variation: 2, weight: 50_000 },
      ],
      ...fields,
    },
  });

  test.each<readonly [string, Flag, unknown, readonly Segment[]]>([
    ['a seed of 0 is none', flag({ fallthrough: half({ seed: 0 }) }), ANNA, []],
    ['a rule without clauses matches nobody', flag({ rules: [{ variation: 2 }] }), ANNA, []],
    [
      'a weighted rule of a segment takes contexts that lack the kind',
      flag({ rules: [rule([segmentClause(['segment'])])] }),
      ANNA,
      [segment({ rules: [{ clauses: [], weight: 1, rolloutContextKind: 'org' }] })],
    ],
    [
      'users’ values in context targets are not used',
      flag({ contextTargets: [{ variation: 2, values: ['anna'] }] }),
      ANNA,
      [],
    ],
    [
      '"//" in a plain name is not valid',
      flag({ rules: [rule([{ contextKind: 'user', attribute: 'a//b', op: 'in', values: [1] }])] }),
      user('anna', { 'a//b': 1 }),
      [],
    ],
    [
      '"/a/" is a path to an empty name',
      flag({ rules: [rule([{ contextKind: 'user', attribute: '/a/', op: 'in', values: [1] }])] }),
      user('anna', { a: { '': 1 } }),
      [],
    ],
    [
      'an empty kind is nobody',
      flag({ rules: [rule([{ contextKind: '', attribute: 'key', op: 'in', values: ['anna'] }])] }),
      ANNA,
      [],
    ],
    [
      'an experiment’s last variation counts without the kind',
      flag({
        fallthrough: {
          rollout: { kind: 'experiment', contextKind: 'org', variations: [{ variation: 1, weight: 0 }] },
        },
      }),
      ANNA,
      [],
    ],
    [
      'a prerequisite with an index out of range is malformed',
      flag({ prerequisites: [{ key: 'g', variation: 0 }] }),
      ANNA,
      [],
    ],
    [
      'a version may have spaces around it',
      flag({ rules: [rule([onX('semVerEqual', '2.0.0')])] }),
      user('anna', { x: ' 2.0 ' }),
      [],
    ],
    [
      'the 30th of February is in March',
      flag({ rules: [rule([onX('after', '2023-02-28T23:59:59Z')])] }),
      user('anna', { x: '2023-02-30T00:00:00Z' }),
      [],
    ],
  ])('%s', async (_, definition, context, segments) => {
    const flags = [definition, flag({ key: 'g', fallthrough: { variation: 9 } })];
    reference.load(byKey(flags), byKey(segments));
    const theirs: unknown = await reference.client.variationDetail('flag', context as never, 'default');
    expect(evaluatorOf(flags, segments).evaluate('flag', context as never, 'default')).toEqual(theirs);
  });
});

test.each(['up-to-date', 'stale', 'none'] as const)('the big segment store is %s', async (store) => {
  const reference = await createReference(store);
  const flags = [flag({ rules: [rule([segmentClause(['s0', 's1'])])] })];
  const segments = ['s0', 's1'].map((key) => segment({ key, unbounded: true, generation: 1 }));
  reference.load(byKey(flags), byKey(segments));
  const status = { 'up-to-date': 'HEALTHY', stale: 'STALE', none: 'NOT_CONFIGURED' } as const;
  const evaluator = evaluatorOf(
    flags,
    segments,
    store === 'none'
      ? {}
      : {
          bigSegments: (key) => ({
            ...bigSegments(key),
            ...(key === STORM ? {} : { status: status[store] }),
          }),
        },
  );
  const seen = new Set<unknown>();
  for (const key of ['anna', 'bob', 'carol', 'dora', STORM]) {
    const theirs = (await reference.client.variationDetail(
      'flag',
      user(key) as never,
      'default',
    )) as EvaluationDetail;
    expect(evaluator.evaluate('flag', user(key), 'default')).toEqual(theirs);
    seen.add(theirs.reason.bigSegmentsStatus);
  }
  expect(seen).toContain(status[store]);
  reference.close();
});
