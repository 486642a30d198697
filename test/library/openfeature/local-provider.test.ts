import type { EvaluationContext } from '@openfeature/server-sdk';
import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src/library/evaluation/index.ts';
import type { Flag } from '../../../src/evaluation/model.ts';
import { ofrepContext } from '../../../src/http/ofrep/ofrep-context.ts';
import { ofrepEvaluation } from '../../../src/http/ofrep/ofrep-evaluation.ts';
import { fixedFlags } from '../../../src/library/openfeature/index.ts';
import type { FlagRecord, Snapshot } from '../../../src/store/store.ts';
import { clientOf, flags } from './provider-client.ts';

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
  ])('for %j every flag is as OFREP answers it', async (context: EvaluationContext) => {
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
      const theirs = ofrepEvaluation(record, snapshot.evaluator.evaluate(key, asked.context, null));
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
        // Without a value of its own, OFREP says null and the caller has its default.
        ...(theirs.value === null ? {} : { value: theirs.value }),
        // The protocol has no word for these two.
        reason:
          reason === 'UNKNOWN'
            ? (expect.stringMatching(/^DEFAULT$|^PREREQUISITE_FAILED$/) as string)
            : reason,
        flagMetadata: metadata,
      });
      expect(ours.variant ?? '').toBe(variant);
    }
  });

  test('an object is a copy: what one caller does with it does not reach another', async () => {
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
});
