import type { FlagSet } from '../../../src/evaluation/evaluator.ts';
import type { Clause, Flag, FlagRule, JsonValue, Operator, Segment } from '../../../src/evaluation/model.ts';

const EVERYWHERE = { usingEnvironmentId: true, usingMobileKey: true } as const;

const flag = (key: string, rest: Partial<Flag>): Flag => ({
  key,
  version: 1,
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 1 },
  salt: `salt-of-${key}`,
  clientSideAvailability: EVERYWHERE,
  ...rest,
});

const clause = (
  attribute: string,
  op: Operator,
  values: readonly JsonValue[],
  rest: Partial<Clause> = {},
): Clause => ({
  attribute,
  op,
  values,
  ...rest,
});
const rule = (id: string, clauses: readonly Clause[], variation = 0): FlagRule => ({
  id,
  clauses,
  variation,
});

/** A flag for each operator: its one rule serves `true`. */
const operators: readonly Flag[] = [
  clause('country', 'in', ['CH', 'FR', 'BR']),
  clause('email', 'startsWith', ['a', 'Z']),
  clause('email', 'endsWith', ['@example.com']),
  clause('email', 'contains', ['li', '+']),
  clause('email', 'matches', ['^[a-m].*[0-9]@', '(foo|bar)$']),
  clause('age', 'lessThan', [30]),
  clause('age', 'lessThanOrEqual', [30]),
  clause('age', 'greaterThan', [60, 90]),
  clause('age', 'greaterThanOrEqual', [60]),
  clause('joined', 'before', ['2024-06-01T00:00:00Z']),
  clause('joined', 'after', [1_717_200_000_000]),
  clause('app', 'semVerEqual', ['2.0.0', '1.4']),
  clause('app', 'semVerLessThan', ['2.0.0-rc.1']),
  clause('app', 'semVerGreaterThan', ['1.3']),
  clause('groups', 'in', ['beta_testers', 'djs']),
  clause('groups', 'in', ['beta_testers'], { negate: true }),
  clause('/address/city', 'in', ['Bern'], { contextKind: 'user' }),
  clause('tier', 'in', [2, 3], { contextKind: 'org' }),
  clause('kind', 'in', ['org', 'device']),
].map((one) =>
  flag(`op-${one.op}-${one.attribute.replaceAll('/', '.')}${one.negate === true ? '-not' : ''}`, {
    rules: [rule('r', [one])],
  }),
);

const others: readonly Flag[] = [
  flag('off', { on: false }),
  flag('targets', { targets: [{ values: ['user-1', 'user-7', 'user-42'], variation: 0 }] }),
  flag('context-targets', {
    targets: [{ values: ['user-3'], variation: 0 }],
    contextTargets: [
      { contextKind: 'org', values: ['org-1', 'org-2'], variation: 0 },
      { contextKind: 'user', values: [], variation: 0 },
    ],
  }),
  flag('five-rules', {
    variations: ['a', 'b', 'c', 'd', 'e', 'f'],
    offVariation: 5,
    fallthrough: { variation: 5 },
    rules: [
      rule('1', [clause('country', 'in', ['CH']), clause('age', 'lessThan', [40])], 0),
      rule('2', [clause('groups', 'in', ['djs'])], 1),
      rule('3', [clause('email', 'endsWith', ['.org'])], 2),
      rule('4', [clause('app', 'semVerGreaterThan', ['2.0'])], 3),
      rule('5', [clause('plan', 'in', ['premium'])], 4),
    ],
  }),
  flag('rollout', {
    variations: ['red', 'green', 'blue'],
    fallthrough: {
      rollout: {
        variations: [
          { variation: 0, weight: 20_000 },
          { variation: 1, weight: 30_000 },
          { variation: 2, weight: 50_000 },
        ],
      },
    },
  }),
  flag('rollout-by-country', {
    fallthrough: {
      rollout: {
        bucketBy: 'country',
        variations: [
          { variation: 0, weight: 50_000 },
          { variation: 1, weight: 50_000 },
        ],
      },
    },
  }),
  flag('rollout-by-org', {
    fallthrough: {
      rollout: {
        contextKind: 'org',
        seed: 61,
        variations: [
          { variation: 0, weight: 33_333 },
          { variation: 1, weight: 66_667 },
        ],
      },
    },
  }),
  flag('rule-with-rollout', {
    rules: [
      {
        id: 'half',
        clauses: [clause('plan', 'in', ['premium'])],
        rollout: {
          variations: [
            { variation: 0, weight: 50_000 },
            { variation: 1, weight: 50_000 },
          ],
        },
      },
    ],
  }),
  flag('experiment', {
    variations: ['control', 'treatment'],
    trackEvents: true,
    fallthrough: {
      rollout: {
        kind: 'experiment',
        seed: 7,
        variations: [
          { variation: 0, weight: 40_000 },
          { variation: 1, weight: 40_000 },
          { variation: 0, weight: 20_000, untracked: true },
        ],
      },
    },
  }),
  flag('beta', { rules: [rule('beta', [clause('', 'segmentMatch', ['beta'])])] }),
  flag('not-beta', { rules: [rule('not', [clause('', 'segmentMatch', ['beta'], { negate: true })])] }),
  flag('nested-segments', { rules: [rule('nested', [clause('', 'segmentMatch', ['loyal', 'nowhere'])])] }),
  flag('needs-beta', { prerequisites: [{ key: 'beta', variation: 0 }], fallthrough: { variation: 0 } }),
  flag('needs-two', {
    prerequisites: [
      { key: 'needs-beta', variation: 0 },
      { key: 'op-lessThan-age', variation: 0 },
    ],
    fallthrough: { variation: 0 },
  }),
  flag('needs-what-is-off', { prerequisites: [{ key: 'off', variation: 1 }], fallthrough: { variation: 0 } }),
  flag('needs-nothing-there', {
    prerequisites: [{ key: 'nowhere', variation: 0 }],
    fallthrough: { variation: 0 },
  }),
  flag('json', {
    variations: [
      { layout: 'wide', sizes: [1, 2.5], nested: { deep: true } },
      { layout: 'narrow', sizes: [] },
    ],
    rules: [rule('wide', [clause('age', 'greaterThan', [40])])],
  }),
  flag('number', {
    variations: [0, 1.5, -3],
    offVariation: 0,
    fallthrough: { variation: 2 },
    rules: [rule('ch', [clause('country', 'in', ['CH'])], 1)],
  }),
  flag('text', {
    variations: ['', 'ünïcödé 😀', 'line\nbreak'],
    fallthrough: { variation: 2 },
    rules: [rule('ch', [clause('country', 'in', ['CH'])], 1)],
  }),
];

const segments: readonly Segment[] = [
  {
    key: 'beta',
    version: 1,
    salt: 'beta-salt',
    included: ['user-5', 'user-9'],
    excluded: ['user-2', 'user-4'],
    includedContexts: [{ contextKind: 'org', values: ['org-3'] }],
    rules: [{ clauses: [clause('groups', 'in', ['beta_testers'])] }],
  },
  {
    key: 'loyal',
    version: 1,
    salt: 'loyal-salt',
    rules: [
      { clauses: [clause('', 'segmentMatch', ['beta']), clause('age', 'greaterThan', [25])] },
      { clauses: [clause('plan', 'in', ['premium'])], weight: 40_000 },
    ],
  },
];

const byKey = <Item extends { readonly key: string }>(
  items: readonly Item[],
): { readonly [key: string]: Item } => Object.fromEntries(items.map((item) => [item.key, item]));

/** Everything that a flag can do and on which all SDKs agree. */
export const RICH_FLAGS: FlagSet = { flags: byKey([...operators, ...others]), segments: byKey(segments) };
