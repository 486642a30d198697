import {
  OpenFeature,
  ProviderEvents,
  type Client,
  type EvaluationContext,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import { afterEach, describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/evaluation/index.ts';
import type { Context, Flag, JsonValue } from '../../src/evaluation/model.ts';
import { ofrepContext } from '../../src/http/ofrep/ofrep-context.ts';
import { ofrepEvaluation } from '../../src/http/ofrep/ofrep-evaluation.ts';
import {
  LocalProvider,
  fixedFlags,
  replaceableFlags,
  type EvaluatorSource,
  type OpenFeatureOptions,
} from '../../src/library/openfeature.ts';
import type { FlagRecord, Snapshot } from '../../src/store/store.ts';

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
  percentage: flag('percentage', [true, false], {
    fallthrough: { rollout: { variations: [{ variation: 0, weight: 100_000 }] } },
  }),
  // A definition that LaunchDarkly never gives: the caller's default is meant.
  null: flag('null', [null, false]),
  big: flag('big', ['x'.repeat(100_000)]),
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
      reason: 'STATIC',
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
    ['what rules leave over', 'ruled', { targetingKey: 'bob' }, { value: true, reason: 'DEFAULT' }],
    ['a percentage', 'percentage', { targetingKey: 'bob' }, { value: true, reason: 'SPLIT', variant: '0' }],
    ['a value of null', 'null', { targetingKey: 'bob' }, { value: false, reason: 'STATIC', variant: '0' }],
    ['an experiment', 'split', { targetingKey: 'bob' }, { value: true, reason: 'SPLIT' }],
    [
      'a failed prerequisite',
      'gated',
      { targetingKey: 'bob' },
      { value: false, reason: 'PREREQUISITE_FAILED' },
    ],
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

  const deep: EvaluationContext = { targetingKey: 'bob' };
  deep['self'] = deep as never;
  deep['again'] = deep as never;

  test.each<[string, EvaluationContext, string, RegExp]>([
    ['unknown', { targetingKey: 'bob' }, 'FLAG_NOT_FOUND', /flag "unknown": there is no such flag here/],
    ['__proto__', { targetingKey: 'bob' }, 'FLAG_NOT_FOUND', /"__proto__"/],
    ['broken', { targetingKey: 'bob' }, 'PARSE_ERROR', /flag "broken": the flag is malformed/],
    ['text', { targetingKey: 'bob' }, 'TYPE_MISMATCH', /expected boolean, its value is "hello"/],
    ['big', { targetingKey: 'bob' }, 'TYPE_MISMATCH', /^.{1,200}…$/],
    ['boolean', { plan: 'x' }, 'TARGETING_KEY_MISSING', /must have a targetingKey.*got nothing/],
    ['boolean', { key: 5 }, 'TARGETING_KEY_MISSING', /got 5/],
    ['boolean', { targetingKey: 'bob', kind: 'a b' }, 'INVALID_CONTEXT', /expected kind.*got "a b"/],
    ['boolean', { targetingKey: 'bob', kind: 5 }, 'INVALID_CONTEXT', /expected kind.*got 5/],
    ['boolean', { kind: 'multi', user: { plan: 'x' } }, 'INVALID_CONTEXT', /expected user\.key/],
    ['boolean', deep, 'INVALID_CONTEXT', /at most 32 levels/],
  ])('%s for %o gives the default and %s', async (key, context, errorCode, message) => {
    const client = await clientOf(fixedFlags({ flags, segments: {} }));
    expect(await client.getBooleanDetails(key, false, context)).toMatchObject({
      value: false,
      reason: 'ERROR',
      errorCode,
      errorMessage: expect.stringMatching(message) as string,
    });
  });

  test.each([
    [{ targetingKey: 'alice' }],
    [{ targetingKey: 'bob', groups: ['beta_testers'] }],
    [{ kind: 'org', key: 'acme', plan: 'premium' }],
    [{ kind: 'multi', user: { key: 'bob' }, org: { targetingKey: 'acme', plan: 'premium' } }],
  ])('for %j every flag is told as at the OFREP door', async (context: EvaluationContext) => {
    const client = await clientOf(fixedFlags({ flags, segments: {} }));
    const snapshot: Snapshot = {
      environment: { project: 'p', environment: 'e' },
      sequence: 1,
      flags: new Map(),
      segments: new Map(),
      evaluator: createEvaluator({ flags, segments: {} }),
    };
    const asked = ofrepContext({ context });
    if (asked.outcome === 'refused') throw new Error(asked.errorDetails);
    for (const [key, definition] of Object.entries<Flag>(flags)) {
      const record: FlagRecord = {
        kind: 'flag',
        key,
        version: definition.version,
        description: null,
        tags: [],
        createdAt: '',
        updatedAt: '',
        definition,
      };
      const theirs = ofrepEvaluation(snapshot, record, asked.context);
      const [value] = definition.variations;
      const ours =
        typeof value === 'string'
          ? await client.getStringDetails(key, 'default', context)
          : typeof value === 'number'
            ? await client.getNumberDetails(key, -1, context)
            : typeof value === 'object' && value !== null
              ? await client.getObjectDetails(key, { is: 'default' }, context)
              : await client.getBooleanDetails(key, false, context);
      if ('errorCode' in theirs) {
        expect(ours).toMatchObject({ errorCode: theirs.errorCode });
        continue;
      }
      const { reason, metadata, variant } = theirs;
      expect(ours).toMatchObject({
        ...('value' in theirs ? { value: theirs.value } : {}),
        // The protocol has no word for these two.
        reason:
          reason === 'UNKNOWN'
            ? (expect.stringMatching(/^DEFAULT$|^PREREQUISITE_FAILED$/) as string)
            : reason,
        flagMetadata: metadata,
      });
      expect(ours.variant).toBe(variant);
    }
  });

  test('an object is a copy: what one caller does with it is nobody else’s', async () => {
    const client = await clientOf(fixedFlags({ flags, segments: {} }));
    const value = (await client.getObjectValue('object', {}, { targetingKey: 'bob' })) as { a: number[] };
    value.a.push(99);
    expect(await client.getObjectValue('object', {}, { targetingKey: 'alice' })).toEqual({ a: [1] });
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

  test('a source that knows no definitions tells what it can', async () => {
    const evaluator = createEvaluator({ flags, segments: {} });
    const client = await clientOf({ current: () => evaluator, onChange: () => () => undefined });
    const details = await client.getBooleanDetails('boolean', false, { targetingKey: 'bob' });
    expect(details).toMatchObject({ value: true, reason: 'DEFAULT' });
    expect(details.flagMetadata).not.toHaveProperty('version');
  });

  test('a source that fails is an error with the default', async () => {
    const client = await clientOf({
      current: () => {
        throw new Error('the store is away');
      },
      onChange: () => () => undefined,
    });
    expect(await client.getBooleanDetails('boolean', false, { targetingKey: 'bob' })).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
      errorMessage: 'the store is away',
    });
  });

  test('a change reaches the application as an event', async () => {
    const source = replaceableFlags({ flags, segments: {} });
    const client = await clientOf(source);
    const { promise: changed, resolve } = Promise.withResolvers<readonly string[] | undefined>();
    client.addHandler(ProviderEvents.ConfigurationChanged, (event) => {
      resolve(event?.flagsChanged);
    });
    source.change({ flags: { off: { ...flags.off, version: 2, on: true } } });
    expect(await changed).toEqual(['off', 'gated']);
    expect(await client.getBooleanDetails('off', false, { targetingKey: 'bob' })).toMatchObject({
      value: true,
      flagMetadata: { version: 2 },
    });
  });

  test('a source says that it is behind, broken and well again, and answers all the while', async () => {
    const source = replaceableFlags({ flags, segments: {} });
    const client = await clientOf(source);
    const told: [string, string | undefined][] = [];
    for (const event of [ProviderEvents.Stale, ProviderEvents.Error, ProviderEvents.Ready] as const) {
      client.addHandler(event, (details) => void told.push([event, details?.message]));
    }
    // A handler of what is so already is called at once.
    await expect.poll(() => told.splice(0)).toEqual([[ProviderEvents.Ready, undefined]]);
    for (const status of [
      { state: 'stale', message: 'the file cannot be read' },
      { state: 'error', message: 'the file is gone' },
    ] as const) {
      source.setStatus(status);
      await expect.poll(() => told.splice(0).map(([, message]) => message)).toEqual([status.message]);
      expect(await client.getBooleanValue('boolean', false, { targetingKey: 'bob' })).toBe(true);
    }
    expect(client.providerStatus).toBe('ERROR');
    source.setStatus({ state: 'ready' });
    await expect.poll(() => told.splice(0).map(([event]) => event)).toEqual([ProviderEvents.Ready]);
    expect(client.providerStatus).toBe('READY');
  });

  test('after the provider is closed the source has no listener', async () => {
    const listeners = new Set<unknown>();
    const joined = (listener: unknown) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
    await clientOf({ ...fixedFlags({ flags, segments: {} }), onChange: joined, onStatus: joined });
    expect(listeners.size).toBe(2);
    await OpenFeature.close();
    expect(listeners.size).toBe(0);
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

  test('what is tracked for nobody is refused, in words', () => {
    const provider = new LocalProvider(fixedFlags({ flags, segments: {} }), {
      onTrack: () => expect.unreachable(),
    });
    expect(() => provider.track('checkout', {}, {})).toThrow(/must have a targetingKey/);
    expect(() => provider.track('checkout', { targetingKey: 'bob', kind: 5 }, {})).toThrow(/got 5/);
  });
});
