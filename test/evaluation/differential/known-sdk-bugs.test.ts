import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvaluationDetail } from '../../../src/evaluation/detail.ts';
import {
  byKey,
  clause,
  evaluatorOf,
  flag,
  inSegment,
  MALFORMED,
  rule,
  segment,
  user,
  type Fields,
} from '../definitions.ts';
import { bigSegments, createReference, STORM, type Reference } from './launchdarkly-reference.ts';

interface Bug {
  readonly name: string;
  readonly flags: readonly Fields[];
  readonly segments?: readonly Fields[];
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
    flags: [flag({ rules: [rule(BAD_CLAUSE, US)] })],
    theirs: served('third'),
    ours: MALFORMED,
  },
  {
    name: 'a cycle of prerequisites is forgotten when a later prerequisite of the flag fails',
    flags: [
      flag({ prerequisites: [{ key: 'g', variation: 0 }] }),
      flag({
        key: 'g',
        prerequisites: [
          { key: 'g', variation: 0 },
          { key: 'gone', variation: 0 },
        ],
      }),
    ],
    theirs: served('on'),
    ours: MALFORMED,
  },
  {
    name: 'an operator named like a member of Object.prototype matches',
    flags: [flag({ rules: [rule(clause('constructor', 'x'))] })],
    theirs: served('third'),
    ours: served('on'),
  },
  {
    name: 'a step of a path is not unescaped when it starts with "~"',
    flags: [flag({ rules: [rule({ contextKind: 'user', attribute: '/~1x', op: 'in', values: ['blue'] })] })],
    context: user({ '/x': 'blue' }),
    theirs: served('on'),
    ours: served('third'),
  },
  {
    name: 'an index between two variations serves undefined',
    flags: [flag({ fallthrough: { variation: 0.5 } })],
    theirs: expect.objectContaining({ value: undefined, variationIndex: 0.5 }),
    ours: MALFORMED,
  },
  {
    name: 'a clause without a list of values throws',
    flags: [flag({ rules: [rule({ attribute: 'x', op: 'in' })] })],
    theirs: 'throws',
    ours: MALFORMED,
  },
  {
    name: 'a rule that is null throws',
    flags: [flag({ rules: [null] })],
    theirs: 'throws',
    ours: MALFORMED,
  },
  {
    name: 'a kind called multi is taken',
    flags: [flag()],
    context: { kind: 'multi', multi: { key: 'a' } },
    theirs: served('on'),
    ours: {
      value: 'default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' },
    },
  },
  {
    name: 'a kind called __proto__ is lost',
    flags: [flag({ rules: [rule({ attribute: 'kind', op: 'in', values: ['__proto__'] })] })],
    context: JSON.parse('{"kind":"multi","__proto__":{"key":"a"},"org":{"key":"o"}}'),
    theirs: served('on'),
    ours: served('third'),
  },
  {
    name: 'a context that is text throws',
    flags: [flag()],
    context: 'alice',
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
    theirs: served('on'),
    ours: {
      value: 'default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' },
    },
  },
  {
    name: 'private attributes that are no list throw',
    flags: [flag()],
    context: user({ _meta: { privateAttributes: 'x' } }),
    theirs: 'throws',
    ours: served('on'),
  },
  {
    name: 'lists that are objects count as empty',
    flags: [flag({ prerequisites: {} })],
    theirs: served('on'),
    ours: MALFORMED,
  },
  {
    name: 'a flag that is no object is off',
    flags: [],
    theirs: served('default'),
    ours: MALFORMED,
  },
  ...['a(?=b)', '(?<!x)a', String.raw`(a)b\1`].map((pattern) => ({
    name: `look-around and back-references match in JavaScript’s own time (${pattern})`,
    flags: [flag({ rules: [rule(clause('matches', pattern))] })],
    context: user({ x: 'aba' }),
    theirs: served('third'),
    ours: served('on'),
  })),
  {
    name: 'patterns and texts may be of any length',
    flags: [flag({ rules: [rule(clause('matches', `^b*${'a?'.repeat(200)}$`))] })],
    context: user({ x: 'aba'.slice(0, 1) }),
    theirs: served('third'),
    ours: served('on'),
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

  test.each(BUGS)('$name', async ({ flags, segments = [], context = user({ x: 'blue' }), theirs, ours }) => {
    const named = flags.length === 0 ? { f: 5 as never } : byKey(flags);
    reference.load(named, byKey(segments));
    const answer = await reference.client
      .variationDetail('f', context as never, 'default')
      .catch(() => 'throws');
    expect(answer).toEqual(theirs);
    const evaluator = evaluatorOf(flags, segments).with({ flags: named as never });
    expect(evaluator.evaluate('f', context as never, 'default')).toEqual(ours);
  });
});

describe('where SDKs disagree we answer as the node SDK', () => {
  let reference: Reference;
  beforeAll(async () => {
    reference = await createReference();
  });
  afterAll(() => {
    reference.close();
  });

  const half = (fields: Fields): Fields => ({
    rollout: {
      variations: [
        { variation: 1, weight: 50_000 },
        { variation: 2, weight: 50_000 },
      ],
      ...fields,
    },
  });

  test.each<readonly [string, Fields, unknown, readonly Fields[]]>([
    ['a seed of 0 is none', flag({ fallthrough: half({ seed: 0 }) }), user(), []],
    ['a rule without clauses matches nobody', flag({ rules: [{ variation: 2 }] }), user(), []],
    [
      'a weighted rule of a segment takes whoever lacks the kind',
      flag({ rules: [rule(inSegment('s'))] }),
      user(),
      [segment({ rules: [{ clauses: [], weight: 1, rolloutContextKind: 'org' }] })],
    ],
    [
      'users’ values in context targets are not used',
      flag({ contextTargets: [{ variation: 2, values: ['alice'] }] }),
      user(),
      [],
    ],
    [
      '"//" in a plain name is not valid',
      flag({ rules: [rule({ contextKind: 'user', attribute: 'a//b', op: 'in', values: [1] })] }),
      user({ 'a//b': 1 }),
      [],
    ],
    [
      '"/a/" is a path to an empty name',
      flag({ rules: [rule({ contextKind: 'user', attribute: '/a/', op: 'in', values: [1] })] }),
      user({ a: { '': 1 } }),
      [],
    ],
    [
      'an empty kind is nobody',
      flag({ rules: [rule({ contextKind: '', attribute: 'key', op: 'in', values: ['alice'] })] }),
      user(),
      [],
    ],
    [
      'an experiment’s last variation counts without the kind',
      flag({
        fallthrough: {
          rollout: { kind: 'experiment', contextKind: 'org', variations: [{ variation: 1, weight: 0 }] },
        },
      }),
      user(),
      [],
    ],
    [
      'a prerequisite with an index out of range is malformed',
      flag({ prerequisites: [{ key: 'g', variation: 0 }] }),
      user(),
      [],
    ],
    [
      'a version may have spaces around it',
      flag({ rules: [rule(clause('semVerEqual', '2.0.0'))] }),
      user({ x: ' 2.0 ' }),
      [],
    ],
    [
      'the 30th of February is in March',
      flag({ rules: [rule(clause('after', '2023-02-28T23:59:59Z'))] }),
      user({ x: '2023-02-30T00:00:00Z' }),
      [],
    ],
  ])('%s', async (_, definition, context, segments) => {
    const flags = [definition, flag({ key: 'g', fallthrough: { variation: 9 } })];
    reference.load(byKey(flags), byKey(segments));
    const theirs: unknown = await reference.client.variationDetail('f', context as never, 'default');
    expect(evaluatorOf(flags, segments).evaluate('f', context as never, 'default')).toEqual(theirs);
  });
});

test.each(['up-to-date', 'stale', 'none'] as const)('the store of big segments is %s', async (store) => {
  const reference = await createReference(store);
  const flags = [flag({ rules: [rule(inSegment('s0', 's1'))] })];
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
  for (const key of ['alice', 'bob', 'carol', 'dora', STORM]) {
    const theirs = (await reference.client.variationDetail(
      'f',
      user({ key }),
      'default',
    )) as EvaluationDetail;
    expect(evaluator.evaluate('f', user({ key }), 'default')).toEqual(theirs);
    seen.add(theirs.reason.bigSegmentsStatus);
  }
  expect(seen).toContain(status[store]);
  reference.close();
});
