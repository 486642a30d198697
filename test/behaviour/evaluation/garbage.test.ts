import { fc } from '../../support/seeded-fast-check.ts';
import { describe, expect, test } from 'vitest';
import type { EvaluationDetail } from '../../../src/evaluation/detail.ts';
import type { FlagSet } from '../../../src/evaluation/evaluator.ts';
import {
  canonicalKey,
  checkContext,
  createEvaluator,
  lintFlag,
  lintSegment,
  flagPayload,
  segmentPayload,
} from '../../../src/library/evaluation/index.ts';
import { OPERATORS, type Context } from '../../../src/evaluation/model.ts';
import {
  ANNA,
  evaluatorOf,
  fellThrough,
  flag,
  malformed,
  onX,
  rule,
  user,
} from '../../support/flag-builders.ts';

/** Names that trip code which looks things up in plain objects. */
const HOSTILE = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];

/** Names that a definition or a context has, so that garbage gets past the first look. */
const NAMES =
  'key version on variations offVariation fallthrough targets contextTargets rules prerequisites salt bucketing clauses rollout variation weight values op attribute negate contextKind kind bucketBy seed included excluded includedContexts unbounded generation rolloutContextKind custom anonymous privateAttributeNames _meta user multi'.split(
    ' ',
  );

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    1,
    2,
    1.5,
    -1,
    1e21,
    100_000,
    '',
    'flag',
    'segment',
    'user',
    'multi',
    'key',
  ),
  fc.constantFrom<unknown>(...HOSTILE, ...OPERATORS, '(', '(a+)+$', '//', '/a~', 'a'.repeat(2_000)),
  fc.string(),
  fc.double(),
);

/** Any JSON, most of it in the shape of a definition; made by `JSON.parse`, so that `__proto__` is a name like any. */
const json: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.constantFrom(...NAMES, ...HOSTILE), tie('value')), { maxLength: 8 })
        .map((entries) => new Map(entries)),
    ),
  }))
  .value.map((value) => JSON.parse(stringify(value)) as unknown);

function stringify(value: unknown): string {
  if (value instanceof Map) {
    return `{${[...value].map(([name, inner]) => `${JSON.stringify(name)}:${stringify(inner)}`).join(',')}}`;
  }
  return Array.isArray(value) ? `[${value.map(stringify).join(',')}]` : (JSON.stringify(value) ?? 'null');
}

/** Garbage in the places of a flag that is otherwise on and whole. */
const brokenFlag = fc
  .tuple(fc.constantFrom(...NAMES.slice(1, 12)), json)
  .map(([name, value]) => ({ ...flag({ rules: [rule([])] }), on: true, [name]: value }));

/** The pointers to where this object is within a value. */
const placesOf = (object: object, value: unknown, at = ''): readonly string[] =>
  value === object
    ? [at]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, inner]) => placesOf(object, inner, `${at}/${name}`))
      : [];

const REASONS = new Set(['OFF', 'TARGET_MATCH', 'FALLTHROUGH', 'RULE_MATCH', 'PREREQUISITE_FAILED', 'ERROR']);

const isDetail = ({ reason, variationIndex }: EvaluationDetail): boolean =>
  REASONS.has(reason.kind) && (variationIndex === null || Number.isInteger(variationIndex));

describe('garbage', () => {
  const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  const polluted = (): boolean =>
    JSON.stringify(Object.getOwnPropertyNames(Object.prototype)) !== before || 'on' in {} || 'flag' in {};

  test('never throws, and never makes anything but an answer of it', () => {
    fc.assert(
      fc.property(fc.oneof(json, brokenFlag), json, json, json, (f, s, items, context) => {
        const set = {
          flags: { flag: f, other: items },
          segments: { segment: s, flag: items },
        } as unknown as FlagSet;
        const evaluator = createEvaluator(set, { bigSegments: () => items as never });
        for (const asked of [
          context,
          user('anna', { x: context }),
          { kind: 'multi', user: context, org: { key: 'o' } },
        ]) {
          const detail = evaluator.evaluate('flag', asked as Context, 'default');
          expect(isDetail(detail)).toBe(true);
          expect(evaluator.explain('flag', asked as Context).detail.reason).toEqual(detail.reason);
          evaluator.evaluateAll(asked as Context, { clientSide: 'mobile-key', withReasons: true });
          // What is checked more strictly is never refused afterwards.
          if (checkContext(asked).ok) {
            expect(detail.reason).not.toMatchObject({ errorKind: 'USER_NOT_SPECIFIED' });
            expect(canonicalKey(asked)).not.toBeUndefined();
          }
        }
      }),
      { numRuns: 1_500 },
    );
    expect(polluted()).toBe(false);
  });

  test('sets of flags, and changes, that are none are empty', () => {
    fc.assert(
      fc.property(json, (set) => {
        const evaluator = createEvaluator(set as FlagSet).with({ flags: set, segments: set } as never);
        expect(isDetail(evaluator.evaluate('key', ANNA, 1))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(Object.keys(createEvaluator(null as never).evaluateAll(ANNA))).toEqual([]);
    expect(
      Object.keys(
        createEvaluator({ flags: [], segments: 5 } as never)
          .with(null as never)
          .evaluateAll(ANNA),
      ),
    ).toEqual([]);
  });

  test('lint has findings, and the wire shapes are plain JSON', () => {
    fc.assert(
      fc.property(fc.oneof(json, brokenFlag), json, (definition, others) => {
        const surroundings = { flags: { flag: others }, segments: { segment: others } };
        for (const { severity, pointer, message } of [
          ...lintFlag(definition, surroundings),
          ...lintSegment(definition, surroundings),
        ]) {
          expect(['error', 'warning']).toContain(severity);
          expect(pointer).toMatch(/^(?:\/(?:[^~/]|~[01])*)*$/);
          expect(message).not.toBe('');
        }
        for (const wire of [flagPayload(definition as never), segmentPayload(definition as never)]) {
          expect(JSON.parse(JSON.stringify(wire ?? null))).toEqual(wire ?? null);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(polluted()).toBe(false);
  });

  test('a flag whose lint has no error is never malformed', () => {
    let whole = 0;
    fc.assert(
      fc.property(brokenFlag, json, (definition, context) => {
        const errors = lintFlag(definition, { flags: {}, segments: {} }).filter(
          ({ severity }) => severity === 'error',
        );
        if (errors.length === 0) {
          whole += 1;
          const { reason } = evaluatorOf([definition]).evaluate('flag', user('anna', { x: context }), null);
          expect(reason).not.toMatchObject({ errorKind: 'MALFORMED_FLAG' });
        }
      }),
      { numRuns: 1_000 },
    );
    expect(whole).toBeGreaterThan(0);
  });
});

test('what cannot be turned into text is no trouble where a text is expected', () => {
  const hostile = { toString: 1, valueOf: 1 };
  const lists = [{ variation: hostile, contextKind: [hostile], values: [hostile], key: hostile }];
  const clauses = [
    { contextKind: hostile, attribute: hostile, op: hostile, values: [hostile], negate: hostile },
  ];
  const rollout = {
    kind: hostile,
    contextKind: hostile,
    bucketBy: hostile,
    seed: hostile,
    variations: [{ variation: hostile, weight: hostile }],
  };
  const rules = [
    { id: hostile, clauses, rollout, weight: hostile, bucketBy: hostile, rolloutContextKind: hostile },
  ];
  for (const fields of [
    { targets: lists },
    { contextTargets: lists },
    { prerequisites: lists },
    { rules },
    { fallthrough: { rollout } },
    { salt: hostile, bucketing: hostile },
  ]) {
    const given = flag(fields);
    const whole = {
      ...given,
      key: hostile,
      included: [hostile],
      includedContexts: lists,
      unbounded: true,
      unboundedContextKind: hostile,
      generation: hostile,
    };
    expect(
      isDetail(evaluatorOf([given]).evaluate('flag', { key: hostile, custom: hostile } as never, 1)),
    ).toBe(true);
    expect(isDetail(evaluatorOf([given]).evaluate('flag', user('anna', { x: hostile }), 1))).toBe(true);
    expect(lintFlag(whole, { flags: {}, segments: {} }).length).toBeGreaterThan(0);
    expect(lintSegment(whole, { flags: {}, segments: {} }).length).toBeGreaterThan(0);
    const left = [
      ...placesOf(hostile, flagPayload(given)),
      ...placesOf(hostile, segmentPayload(whole as never)),
    ];
    // What a clause compares with may be any JSON.
    expect(left.filter((place) => place !== '/rules/0/clauses/0/values/0')).toEqual([]);
    expect(checkContext({ kind: hostile, key: hostile }).ok).toBe(false);
  }
});

describe('hostile names', () => {
  const parse = (text: string): never => JSON.parse(text) as never;

  test.each(HOSTILE)('a flag, a segment, a kind, an attribute and a key may be called %s', (name) => {
    const quoted = JSON.stringify(name);
    const definition = JSON.stringify({
      ...flag(),
      key: name,
      rules: [
        {
          ...rule([]),
          clauses: [
            { contextKind: name, attribute: name, op: 'in', values: [name] },
            { op: 'segmentMatch', values: [name] },
          ],
        },
      ],
    });
    const evaluator = createEvaluator(
      parse(
        `{"flags":{${quoted}:${definition}},"segments":{${quoted}:{"key":${quoted},"version":1,"includedContexts":[{"contextKind":${quoted},"values":[${quoted}]}]}}}`,
      ),
    );
    const context = parse(
      `{"kind":"multi",${quoted}:{"key":${quoted},${quoted}:${quoted}},"org":{"key":"o"}}`,
    );
    expect(evaluator.has(name)).toBe(true);
    expect(evaluator.evaluate(name, context, null).reason.kind).toBe('RULE_MATCH');
    expect(Object.keys(evaluator.evaluateAll(context))).toEqual([name]);
    const state = Object.entries(evaluator.evaluateAll(context))[0];
    expect(state).toEqual([name, { value: 'b', variation: 1, version: 1 }]);
  });

  test.each(HOSTILE)('what is inherited under the name %s is not there', (name) => {
    const evaluator = evaluatorOf([
      flag({
        rules: [rule([{ contextKind: 'user', attribute: name, op: 'in', values: ['x'], negate: true }])],
      }),
      flag({
        key: 'path',
        rules: [
          rule([{ contextKind: 'user', attribute: `/x/${name}`, op: 'in', values: ['x'], negate: true }]),
        ],
      }),
      flag({
        key: 'kind',
        rules: [rule([{ contextKind: name, attribute: 'key', op: 'in', values: ['x'], negate: true }])],
      }),
      flag({ key: 'op', rules: [rule([{ attribute: 'key', op: name, values: ['anna'] }])] }),
    ]);
    for (const key of ['flag', 'path', 'kind', 'op']) {
      expect(evaluator.evaluate(key, user('anna', { x: {} }), 'default')).toEqual(fellThrough);
      expect(
        evaluator.evaluate(
          key,
          { kind: 'multi', user: { key: 'anna', x: {} }, org: { key: 'o' } },
          'default',
        ),
      ).toEqual(fellThrough);
    }
    expect(evaluator.evaluate(name, ANNA, 'default').reason).toEqual({
      kind: 'ERROR',
      errorKind: 'FLAG_NOT_FOUND',
    });
  });
});

describe('what could take for ever does not', () => {
  test('a pattern that is exponential elsewhere', () => {
    const evaluator = evaluatorOf([
      flag({ rules: [rule([onX('matches', '^(a+)+$', '(a|aa)+$', '(.*)*b')])] }),
    ]);
    expect(evaluator.evaluate('flag', user('anna', { x: `${'a'.repeat(1_000)}!` }), 'default')).toEqual(
      fellThrough,
    );
  });

  test('a chain of prerequisites so long that no stack holds it is an exception, and nothing is lost', () => {
    const chain = Array.from({ length: 50_000 }, (_, index) =>
      flag({
        key: index === 0 ? 'flag' : `f${index}`,
        prerequisites: [{ key: `f${index + 1}`, variation: 0 }],
      }),
    );
    const evaluator = evaluatorOf([...chain, flag({ key: 'short' })]);
    expect(evaluator.evaluate('flag', ANNA, 'default').reason).toEqual({
      kind: 'ERROR',
      errorKind: 'EXCEPTION',
    });
    expect(evaluator.explain('flag', ANNA).detail.reason).toEqual({ kind: 'ERROR', errorKind: 'EXCEPTION' });
    expect(evaluator.evaluate('short', ANNA, 'default')).toEqual(fellThrough);
  });

  test('JSON that is thousands of levels deep', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    const evaluator = evaluatorOf([
      flag({ variations: [deep, deep], rules: [rule([{ attribute: deep, op: 'in', values: [deep] }])] }),
    ]);
    expect(evaluator.evaluate('flag', user('anna', { x: deep }), 'default')).toEqual(malformed);
    expect(
      lintFlag(flag({ rules: deep, targets: deep }), { flags: {}, segments: {} }).length,
    ).toBeGreaterThan(0);
    expect(checkContext({ kind: 'user', key: 'a', x: deep })).toMatchObject({ ok: false });
  });
});

test('a context that throws when it is read is an exception', () => {
  const evaluator = evaluatorOf([flag()]);
  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error('caught you');
      },
    },
  ) as Context;
  expect(evaluator.evaluate('flag', trap, 'default').reason).toEqual({
    kind: 'ERROR',
    errorKind: 'EXCEPTION',
  });
  expect(evaluator.explain('flag', trap).detail.reason).toEqual({ kind: 'ERROR', errorKind: 'EXCEPTION' });
  expect(Object.keys(evaluator.evaluateAll(trap))).toEqual([]);
});
