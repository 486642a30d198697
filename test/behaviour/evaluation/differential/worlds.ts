import * as fc from 'fast-check';
import { OPERATORS } from '../../../../src/evaluation/model.ts';
import { STORM } from './launchdarkly-reference.ts';

/** Definitions that refer to each other, and contexts to ask about. */
export interface World {
  readonly flags: Readonly<Record<string, Record<string, unknown>>>;
  readonly segments: Readonly<Record<string, Record<string, unknown>>>;
  readonly contexts: readonly unknown[];
}

export const FLAG_KEYS = ['f0', 'f1', 'f2', 'f3', 'f4'] as const;
const SEGMENT_KEYS = ['s0', 's1', 's2', 's3', 's4'] as const;

/** One of these, the first much more often than the others: most data is good. */
const mostly = <T>(
  weight: number,
  usual: fc.Arbitrary<T>,
  ...odd: readonly fc.Arbitrary<unknown>[]
): fc.Arbitrary<unknown> =>
  fc.oneof({ weight, arbitrary: usual }, ...odd.map((arbitrary) => ({ weight: 1, arbitrary })));

const nothing = fc.constantFrom(undefined, null);

const contextKey = fc.constantFrom(
  'alice',
  'bob',
  'carol',
  'dora',
  'a',
  'b',
  'c',
  'é',
  '日本',
  '5',
  'x'.repeat(70),
  STORM,
);
const kind = fc.constantFrom('user', 'user', 'org', 'device');
const contextKind = mostly(
  14,
  fc.constantFrom(undefined, 'user', 'org', 'device'),
  fc.constantFrom('', 'kind', null, 'ghost'),
);

const text = fc.constantFrom('US', 'DE', 'de', 'beta', 'staff', 'a@b.com', 'b@b.com', '', 'Uß', 'gold');
const number = fc.constantFrom(0, -0, 1, 2, 17, 18, 18.5, -3, 1e21, 33333, 1700000000000, 9007199254740994);
const date = fc.constantFrom(
  '2024-02-29T00:00:00Z',
  '2024-02-29T07:00:00.5+07:00',
  '2023-02-30T00:00:00Z',
  '2024-02-28',
  '2024-13-45T00:00:00Z',
  '2024-02-29T00:00:00Zjunk',
  '2024-02-29T00:00:00',
  '2024-02-29T00:00:00-07',
);
const version = fc.constantFrom(
  '2.0.0',
  '2',
  '2.1',
  '2.0.0-rc',
  '2-rc',
  '2.0.0-rc.1',
  '2.0.0-rc.2',
  '2.0.0-rc.10',
  '2.0.0-1',
  '2.0.0-alpha.beta',
  '2.0.0+build',
  'v2.0.0',
  '02.0.0',
  '2.0.0.0',
  ' 2.0.0',
  ' v2.0.0',
  '2.0.0-01',
  '2.0.99999999999999999999',
  '2.0.0-a',
  '2.0.0-99999999999999999999',
  '2.0.0-99999999999999999998.1',
  '',
);
/** Read alike by JavaScript and RE2. */
const pattern = fc.constantFrom(
  '^U',
  'S$',
  'b.t',
  'a|e',
  '[a-d]@',
  '(',
  'x{2',
  '',
  '^$',
  '\\.com',
  '(b)(e)',
  'U(?:S|ß)',
  '[^U]',
);

const attributeValue = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 3, arbitrary: version },
  { weight: 3, arbitrary: date },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom({ city: 'US', zip: { code: 17 } }, {}) },
  {
    weight: 3,
    arbitrary: fc.array(fc.oneof(text, number, version, fc.constant(null), fc.constant(['US'])), {
      maxLength: 3,
    }),
  },
);

const names = ['country', 'age', 'groups', 'version', 'since', 'address'] as const;
const oddNames = [
  'constructor',
  '/slash',
  '/slash',
  'a//b',
  'anonymous',
  'name',
  '_meta',
  '~tilde',
  'toString',
] as const;

const attributes = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...names), attributeValue), { maxLength: 5 }),
    fc.array(fc.tuple(fc.constantFrom(...oddNames), attributeValue), { maxLength: 1 }),
    fc.option(
      fc.constantFrom({ city: 'US', 'a/b': 'US', '': 'US', 'm~n': 'US', '~1': 'DE' }, 'US', {
        city: { x: 1 },
      }),
      {
        nil: undefined,
      },
    ),
  )
  .map(([usual, odd, address]) => {
    const own = Object.fromEntries([...usual, ...odd.filter(([name]) => name !== '_meta')]);
    return address === undefined ? own : { ...own, address };
  });

const single = fc.tuple(kind, contextKey, attributes).map(([of, key, own]) => ({ ...own, kind: of, key }));

const multi = fc
  .uniqueArray(single, { minLength: 1, maxLength: 3, selector: (context) => context.kind })
  .map((parts) => ({
    kind: 'multi',
    ...Object.fromEntries(parts.map(({ kind: of, ...part }) => [of, part])),
  }));

const legacy = fc
  .tuple(
    fc.oneof(contextKey, fc.constantFrom('', 5, 0, true, null, undefined)),
    attributes,
    fc.record(
      {
        anonymous: fc.constantFrom(true, false, null, 1),
        name: text,
        country: fc.oneof(text, fc.constant(null)),
        custom: fc.oneof(attributes, fc.constantFrom(null, ['US'])),
        privateAttributeNames: fc.constantFrom(['name'], null, []),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([key, own, rest]) => ({ ...own, ...rest, key }));

const noContext = fc.constantFrom(
  null,
  undefined,
  {},
  [],
  { kind: 'user' },
  { kind: 'user', key: '' },
  { kind: 'user', key: 5 },
  { kind: 'kind', key: 'a' },
  { kind: 'a b', key: 'a' },
  { kind: '', key: 'a' },
  { kind: 5, key: 'a' },
  { kind: 'multi' },
  { kind: 'multi', org: null },
  { kind: 'multi', org: [] },
  { kind: 'multi', org: { key: '' } },
  { kind: 'multi', 'a b': { key: 'a' } },
  { kind: 'é', key: 'a' },
  { kind: null, key: 'a' },
);

export const context = fc.oneof(
  { weight: 12, arbitrary: single },
  { weight: 6, arbitrary: multi },
  { weight: 3, arbitrary: legacy },
  { weight: 1, arbitrary: noContext },
);

const attribute = mostly(
  24,
  fc.constantFrom(...names, 'key'),
  fc.constantFrom('kind', '/kind', 'anonymous', '/anonymous', 'name', 'missing'),
  fc.constantFrom(
    '/address/city',
    '/country',
    '/address/city/x',
    '/groups/0',
    '/address/a~1b',
    '/address/m~0n',
    '/address/zip/code',
  ),
  fc.constantFrom('constructor', 'toString', '/constructor', '/slash', '~tilde'),
  fc.constantFrom('/~1slash', '/address/~01'),
  fc.constantFrom('', '/', '//', 'a//b', 'a~', '/a~2', '/address/', '_meta', '/_meta/x', null, undefined),
);

const valuesFor = (op: unknown): fc.Arbitrary<unknown> => {
  switch (op) {
    case 'matches':
      return pattern;
    case 'before':
    case 'after':
      return fc.oneof(date, number);
    case 'lessThan':
    case 'lessThanOrEqual':
    case 'greaterThan':
    case 'greaterThanOrEqual':
      return number;
    case 'semVerEqual':
    case 'semVerLessThan':
    case 'semVerGreaterThan':
      return version;
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return text;
    default:
      return fc.oneof(
        { weight: 4, arbitrary: text },
        { weight: 2, arbitrary: number },
        { weight: 1, arbitrary: fc.boolean() },
        { weight: 2, arbitrary: contextKey },
        { weight: 2, arbitrary: kind },
      );
  }
};

/** The attribute that an operator is about, mostly, so that it has something to match. */
const attributeFor = (op: unknown): fc.Arbitrary<unknown> => {
  const apt =
    typeof op === 'string' && op.startsWith('semVer')
      ? 'version'
      : op === 'before' || op === 'after'
        ? 'since'
        : typeof op === 'string' && /Than/.test(op)
          ? 'age'
          : 'country';
  return fc.oneof(fc.constant(apt), attribute);
};

const odd = fc.constantFrom<unknown>(null, true, { a: 1 }, [1], 'US', 5);

const attributeClause = mostly(
  30,
  fc.constantFrom(...OPERATORS.filter((op) => op !== 'segmentMatch'), 'in'),
  fc.constantFrom('nope', undefined, 'constructor', 'toString', ''),
).chain((op) =>
  fc
    .record({
      contextKind,
      attribute: attributeFor(op),
      values: mostly(
        60,
        fc.array(fc.oneof({ weight: 9, arbitrary: valuesFor(op) }, { weight: 1, arbitrary: odd }), {
          maxLength: 6,
        }),
        fc.constantFrom(undefined, null, 5),
      ),
      negate: fc.constantFrom(undefined, false, false, true, null),
    })
    .map((clause) => ({ ...clause, op })),
);

/** A path that the SDK misreads: rare among the others, and so made on purpose. */
const tildeClause = fc.record({
  contextKind: fc.constantFrom('user', 'org'),
  attribute: fc.constant('/~1slash'),
  op: fc.constant('in'),
  values: fc.array(text, { maxLength: 2 }),
  negate: fc.boolean(),
});

const segmentClause = fc.record({
  attribute: fc.constantFrom(undefined, '', 'key'),
  op: fc.constant('segmentMatch'),
  values: mostly(
    20,
    fc.array(fc.constantFrom<unknown>(...SEGMENT_KEYS, 'unknown'), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(undefined, null, []),
  ),
  negate: fc.constantFrom(undefined, false, false, true),
});

const clauses = (segmentWeight: number): fc.Arbitrary<unknown> =>
  mostly(
    30,
    fc.array(
      fc.oneof(
        { weight: 10, arbitrary: attributeClause },
        { weight: 1, arbitrary: tildeClause },
        { weight: segmentWeight, arbitrary: segmentClause },
      ),
      { maxLength: 3 },
    ),
    nothing,
  );

const index = (count: number): fc.Arbitrary<unknown> =>
  mostly(40, fc.nat({ max: Math.max(count - 1, 0) }), fc.constantFrom(-1, 99, 1.5, '1', null));

const weight = mostly(
  20,
  fc.constantFrom(0, 10_000, 20_000, 33_333, 50_000, 100_000),
  fc.constantFrom(-5, 1, '50000', undefined, null, 1.5, 200_000, true),
);

const bucketBy = mostly(
  12,
  fc.constantFrom(undefined, 'key'),
  fc.constantFrom(
    'country',
    'age',
    'groups',
    'missing',
    'kind',
    'anonymous',
    '/address/city',
    '',
    null,
    '//',
    '/',
    'a~',
  ),
);

const rollout = (count: number): fc.Arbitrary<unknown> =>
  fc.record({
    kind: fc.constantFrom(undefined, 'rollout', 'experiment', 'experiment', 'other'),
    contextKind,
    bucketBy,
    seed: mostly(6, fc.constant(undefined), fc.constantFrom(61, 0, -5, 1.5, '61', null, 'x', true)),
    variations: mostly(
      20,
      fc.array(
        fc.record({ variation: index(count), weight, untracked: fc.constantFrom(undefined, false, true) }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.constantFrom([], undefined, null),
    ),
  });

const serve = (count: number): fc.Arbitrary<Record<string, unknown>> =>
  fc.oneof(
    { weight: 6, arbitrary: index(count).map((variation) => ({ variation })) },
    { weight: 6, arbitrary: rollout(count).map((given) => ({ rollout: given })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Record<string, unknown>[]>(
        {},
        { rollout: null },
        { rollout: 5 },
        { variation: null },
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(index(count), rollout(count))
        .map(([variation, given]) => ({ variation, rollout: given })),
    },
  );

const keys = fc.array(fc.oneof(contextKey, fc.constantFrom('5', '')), { maxLength: 4 });

const target = (count: number): fc.Arbitrary<unknown> =>
  fc.record({
    contextKind: fc.constantFrom(undefined, undefined, 'user', 'org', ''),
    variation: index(count),
    values: mostly(60, keys, fc.constantFrom(5, undefined)),
  });

const variations = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom<unknown[][]>(
      [true, false],
      ['a', 'b', 'c'],
      [1, 2, 3],
      [{ x: 1 }, null, ['y']],
      [true],
    ),
  },
  { weight: 1, arbitrary: fc.constant([]) },
);

const flag = (key: string): fc.Arbitrary<Record<string, unknown>> =>
  variations.chain((values) =>
    fc.record({
      key: fc.constant(key),
      version: fc.nat({ max: 100 }),
      on: mostly(12, fc.constant(true), fc.constantFrom(false, undefined, 'yes', 0)),
      variations: fc.constant(values),
      offVariation: mostly(
        10,
        fc.nat({ max: Math.max(values.length - 1, 0) }),
        fc.constantFrom(undefined, null, -1, 9, '1'),
      ),
      fallthrough: mostly(20, serve(values.length), fc.constantFrom(undefined, null, 5, 'x')),
      targets: fc.oneof(nothing, fc.array(target(values.length), { maxLength: 2 })),
      contextTargets: fc.oneof(nothing, nothing, fc.array(target(values.length), { maxLength: 3 })),
      rules: fc.oneof(
        { weight: 1, arbitrary: nothing },
        {
          weight: 6,
          arbitrary: fc.array(
            fc
              .tuple(
                fc.record({
                  id: fc.constantFrom('r1', 'r2', undefined),
                  clauses: clauses(3),
                  trackEvents: fc.constantFrom(undefined, true, false),
                }),
                serve(values.length),
              )
              .map(([rule, served]) => ({ ...rule, ...served })),
            { maxLength: 3 },
          ),
        },
      ),
      prerequisites: fc.oneof(
        { weight: 3, arbitrary: nothing },
        {
          weight: 1,
          arbitrary: fc.array(
            fc.record({
              key: mostly(20, fc.constantFrom(...FLAG_KEYS), fc.constant('gone')),
              variation: fc.constantFrom(0, 0, 1, 2),
            }),
            { maxLength: 3 },
          ),
        },
      ),
      salt: fc.constantFrom('salt', 'saltyA', '', undefined, null, 'x'.repeat(40)),
      clientSideAvailability: fc.constantFrom(
        undefined,
        { usingEnvironmentId: true, usingMobileKey: false },
        { usingEnvironmentId: false, usingMobileKey: true },
      ),
      trackEvents: fc.constantFrom(undefined, true, false),
      trackEventsFallthrough: fc.constantFrom(undefined, true, false),
      debugEventsUntilDate: fc.constantFrom(undefined, null, 5),
      deleted: mostly(12, fc.constant(undefined), fc.constant(true)),
    }),
  );

const segmentTarget = fc.record({
  contextKind: fc.constantFrom(undefined, 'user', 'org', 'device', ''),
  values: keys,
});

const segment = (key: string): fc.Arbitrary<Record<string, unknown>> =>
  fc.record({
    key: fc.constant(key),
    version: fc.nat({ max: 100 }),
    salt: fc.constantFrom('salt', undefined, ''),
    included: fc.oneof(nothing, keys),
    excluded: fc.oneof(nothing, keys),
    includedContexts: fc.oneof(nothing, nothing, fc.array(segmentTarget, { maxLength: 2 })),
    excludedContexts: fc.oneof(nothing, nothing, fc.array(segmentTarget, { maxLength: 2 })),
    rules: fc.oneof(
      { weight: 1, arbitrary: nothing },
      {
        weight: 3,
        arbitrary: fc.array(
          fc.record({
            clauses: clauses(2),
            weight: fc.oneof({ weight: 2, arbitrary: nothing }, { weight: 1, arbitrary: weight }),
            bucketBy,
            rolloutContextKind: contextKind,
          }),
          { maxLength: 2 },
        ),
      },
    ),
    unbounded: mostly(6, fc.constant(undefined), fc.constant(true)),
    unboundedContextKind: fc.constantFrom(undefined, 'user', 'org', ''),
    generation: mostly(8, fc.constantFrom(1, 2, 3), fc.constantFrom(undefined, null, 0)),
    deleted: mostly(15, fc.constant(undefined), fc.constant(true)),
  });

const each = <Key extends string>(
  all: readonly Key[],
  arbitrary: (key: Key) => fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Record<string, Record<string, unknown>>> =>
  fc
    .tuple(...all.map(arbitrary))
    .map((items) => Object.fromEntries(items.map((item, at) => [all[at], item])));

/** Something that throws in the SDK is never caught once a big segment was queried: the call would never settle. */
function lacksValues(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const inner = Object.entries(value);
  return inner.some(([name, part]) => (name === 'values' && !Array.isArray(part)) || lacksValues(part));
}

const bounded = (segments: World['segments']): World['segments'] =>
  Object.fromEntries(
    Object.entries(segments).map(([key, segment]) => [key, { ...segment, unbounded: undefined }]),
  );

export const world = (contexts: number): fc.Arbitrary<World> =>
  fc
    .record({
      flags: each(FLAG_KEYS, flag),
      segments: each(SEGMENT_KEYS, segment),
      contexts: fc.array(context, { minLength: contexts, maxLength: contexts }),
    })
    .map((given) => (lacksValues(given) ? { ...given, segments: bounded(given.segments) } : given));
