import {
  OpenFeature,
  ProviderEvents,
  type Client,
  type EvaluationContext,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import { afterEach, describe, expect, test } from 'vitest';
import { createEvaluator, type FlagSet } from '../../src/evaluation/index.ts';
import type { Context, Flag, JsonValue } from '../../src/evaluation/model.ts';
import {
  LocalProvider,
  fixedFlags,
  type EvaluatorSource,
  type OpenFeatureOptions,
} from '../../src/library/openfeature.ts';

const flag = (key: string, variations: readonly JsonValue[], rest: Partial<Flag> = {}): Flag => ({
  key,
  version: 1,
  on: true,
  variations,
  offVariation: variations.length - 1,
  fallthrough: { variation: 0 },
  ...rest,
});

const clause = { contextKind: 'user', attribute: 'groups', op: 'in', values: ['beta_testers'] } as const;

const flags = {
  boolean: flag('boolean', [true, false]),
  text: flag('text', ['hello', 'bye']),
  number: flag('number', [1.5, 0]),
  object: flag('object', [{ a: [1] }, {}]),
  list: flag('list', [[1, 2], []]),
  off: flag('off', [true, false], { on: false }),
  nothing: flag('nothing', [true], { on: false, offVariation: undefined as never }),
  targeted: flag('targeted', [true, false], { targets: [{ variation: 1, values: ['alice'] }] }),
  ruled: flag('ruled', [true, false], { rules: [{ clauses: [clause], variation: 1 }] }),
  gated: flag('gated', [true, false], { prerequisites: [{ key: 'off', variation: 0 }] }),
  split: flag('split', [true, false], {
    fallthrough: { rollout: { kind: 'experiment', variations: [{ variation: 0, weight: 100_000 }] } },
  }),
  broken: flag('broken', [true], { fallthrough: { variation: 7 } }),
  organisations: flag('organisations', [true, false], {
    rules: [
      { clauses: [{ contextKind: 'org', attribute: 'plan', op: 'in', values: ['premium'] }], variation: 1 },
    ],
  }),
} satisfies Record<string, Flag>;

let serial = 0;
const domains: string[] = [];

async function clientOf(source: EvaluatorSource, options?: OpenFeatureOptions): Promise<Client> {
  const domain = `domain-${(serial += 1)}`;
  domains.push(domain);
  await OpenFeature.setProviderAndWait(domain, new LocalProvider(source, options));
  return OpenFeature.getClient(domain);
}

afterEach(async () => {
  await OpenFeature.clearProviders();
});

describe('the OpenFeature provider', () => {
  test('answers every type with its variant', async () => {
    const client = await clientOf(fixedFlags({ flags, segments: {} }));
    const alice = { targetingKey: 'alice' };
    expect(await client.getBooleanDetails('boolean', false, alice)).toMatchObject({
      value: true,
      variant: '0',
      reason: 'DEFAULT',
    });
    expect(await client.getStringValue('text', '', alice)).toBe('hello');
    expect(await client.getNumberValue('number', 0, alice)).toBe(1.5);
    expect(await client.getObjectValue('object', {}, alice)).toEqual({ a: [1] });
    expect(await client.getObjectValue('list', [], alice)).toEqual([1, 2]);
  });

  test.each<[string, string, EvaluationContext, object]>([
    ['off', 'off', { targetingKey: 'bob' }, { value: false, reason: 'DISABLED', variant: '1' }],
    ['off without a variation', 'nothing', { targetingKey: 'bob' }, { value: false, reason: 'DISABLED' }],
    [
      'a target',
      'targeted',
      { targetingKey: 'alice' },
      { value: false, reason: 'TARGETING_MATCH', variant: '1' },
    ],
    [
      'a rule',
      'ruled',
      { targetingKey: 'bob', groups: ['beta_testers'] },
      { value: false, reason: 'TARGETING_MATCH' },
    ],
    ['an experiment', 'split', { targetingKey: 'bob' }, { value: true, reason: 'SPLIT' }],
    [
      'a failed prerequisite',
      'gated',
      { targetingKey: 'bob' },
      { value: false, reason: 'PREREQUISITE_FAILED' },
    ],
    [
      'an unknown flag',
      'unknown',
      { targetingKey: 'bob' },
      { value: false, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' },
    ],
    ['no key', 'boolean', { plan: 'x' }, { value: false, errorCode: 'TARGETING_KEY_MISSING' }],
    ['a malformed flag', 'broken', { targetingKey: 'bob' }, { value: false, errorCode: 'PARSE_ERROR' }],
    ['another type', 'text', { targetingKey: 'bob' }, { value: false, errorCode: 'TYPE_MISMATCH' }],
    [
      'another kind',
      'organisations',
      { kind: 'org', key: 'acme', plan: 'premium' },
      { value: false, reason: 'TARGETING_MATCH' },
    ],
    [
      'several kinds',
      'organisations',
      { kind: 'multi', user: { key: 'bob' }, org: { key: 'acme', plan: 'premium' } },
      { value: false, reason: 'TARGETING_MATCH' },
    ],
  ])('%s', async (_, key, context, expected) => {
    const client = await clientOf(fixedFlags({ flags, segments: {} }));
    expect(await client.getBooleanDetails(key, false, context)).toMatchObject(expected);
  });

  test("LaunchDarkly's own reason stands in the metadata", async () => {
    const client = await clientOf(fixedFlags({ flags, segments: {} }));
    const details = await client.getBooleanDetails('ruled', true, {
      targetingKey: 'bob',
      groups: ['beta_testers'],
    });
    expect(JSON.parse(String(details.flagMetadata['reason']))).toMatchObject({
      kind: 'RULE_MATCH',
      ruleIndex: 0,
    });
  });

  test('a change reaches the application as an event', async () => {
    let evaluator = createEvaluator({ flags, segments: {} } satisfies FlagSet);
    let tell: (keys: readonly string[]) => void = () => undefined;
    const client = await clientOf({
      current: () => evaluator,
      onChange: (listener) => {
        tell = listener;
        return () => undefined;
      },
    });
    const { promise: changed, resolve } = Promise.withResolvers<readonly string[] | undefined>();
    client.addHandler(ProviderEvents.ConfigurationChanged, (event) => {
      resolve(event?.flagsChanged);
    });
    evaluator = evaluator.with({ flags: { boolean: { ...flags.boolean, version: 2, on: false } } });
    tell(['boolean']);
    expect(await changed).toEqual(['boolean']);
    expect(await client.getBooleanValue('boolean', true, { targetingKey: 'bob' })).toBe(false);
  });

  test('what is tracked is handed on with a context', async () => {
    const tracked: [string, Context, TrackingEventDetails][] = [];
    const client = await clientOf(fixedFlags({ flags, segments: {} }), {
      onTrack: (...event) => tracked.push(event),
    });
    const born = new Date(0);
    client.track(
      'checkout',
      { targetingKey: 'bob', born, nested: { at: born }, privateAttributes: ['born'] },
      { value: 99 },
    );
    expect(tracked).toEqual([
      [
        'checkout',
        {
          kind: 'user',
          key: 'bob',
          born: '1970-01-01T00:00:00.000Z',
          nested: { at: '1970-01-01T00:00:00.000Z' },
          _meta: { privateAttributes: ['born'] },
        },
        { value: 99 },
      ],
    ]);
  });
});
