import { describe, expect, test } from 'vitest';
import { wireFlag, wireSegment } from '../../src/evaluation/wire.ts';
import { createReference } from './differential/launchdarkly-reference.ts';
import { byKey, clause, evaluatorOf, flag, rule, segment, user, type Fields } from './definitions.ts';

const wire = (fields: Fields): Fields | undefined => wireFlag(flag(fields) as never);
const wireS = (fields: Fields): Fields => wireSegment(segment(fields) as never);

describe('a flag on the wire', () => {
  test('has every list that some SDK requires, and nothing null', () => {
    expect(wireFlag({ key: 'f', version: 3 } as never)).toEqual({
      key: 'f',
      version: 3,
      on: false,
      variations: [],
      fallthrough: {},
      targets: [],
      contextTargets: [],
      rules: [],
      prerequisites: [],
      salt: '',
      trackEvents: false,
      trackEventsFallthrough: false,
      deleted: false,
    });
  });

  test('keeps all that is the model’s', () => {
    const full = flag({
      targets: [{ variation: 0, values: ['a'] }],
      contextTargets: [{ contextKind: 'org', variation: 1, values: ['b'] }],
      prerequisites: [{ key: 'g', variation: 1 }],
      rules: [
        {
          id: 'r',
          clauses: [{ contextKind: 'org', attribute: '/a', op: 'in', values: [1, null, 'x'], negate: true }],
          trackEvents: true,
          variation: 0,
        },
      ],
      fallthrough: {
        rollout: {
          kind: 'experiment',
          contextKind: 'org',
          bucketBy: 'key',
          seed: 61,
          variations: [{ variation: 1, weight: 100_000, untracked: true }],
        },
      },
      clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: false },
      clientSide: true,
      trackEvents: true,
      trackEventsFallthrough: true,
      debugEventsUntilDate: 5,
      samplingRatio: 2,
      excludeFromSummaries: true,
      migration: { checkRatio: 10 },
      deleted: false,
    });
    expect(wireFlag(full as never)).toEqual(full);
  });

  test.each<readonly [string, Fields, string, unknown]>([
    [
      'nulls are left out',
      { offVariation: null, debugEventsUntilDate: null, clientSideAvailability: null },
      'offVariation',
      undefined,
    ],
    ['values that are null stay', { variations: [null, { a: null }] }, 'variations', [null, { a: null }]],
    ['minus zero is zero', { offVariation: -0 }, 'offVariation', 0],
    ['an off variation that is no number is absent', { offVariation: '1' }, 'offVariation', undefined],
    ['an off variation between two stays malformed', { offVariation: 1.5 }, 'offVariation', -1],
    [
      'a variation that is none stays malformed',
      { fallthrough: { variation: '1' } },
      'fallthrough',
      { variation: -1 },
    ],
    ['a fallthrough that is none is empty', { fallthrough: 5 }, 'fallthrough', {}],
    [
      'a seed of 0 is none, so that all SDKs agree',
      { fallthrough: { rollout: { seed: 0, variations: [] } } },
      'fallthrough',
      { rollout: { variations: [] } },
    ],
    [
      'weights are whole numbers',
      { fallthrough: { rollout: { variations: [{ variation: 0, weight: 1.7 }, { variation: 1 }] } } },
      'fallthrough',
      {
        rollout: {
          variations: [
            { variation: 0, weight: 1 },
            { variation: 1, weight: 0 },
          ],
        },
      },
    ],
    [
      'a clause of segments has an attribute',
      { rules: [rule({ op: 'segmentMatch', values: ['s'] })] },
      'rules',
      [rule({ attribute: '', op: 'segmentMatch', values: ['s'], negate: false })],
    ],
    [
      'a rule without clauses matches nobody',
      { rules: [{ variation: 0 }] },
      'rules',
      [{ clauses: [{ attribute: 'key', op: 'in', values: [], negate: false }], variation: 0 }],
    ],
    [
      'a clause that is none stays malformed',
      { rules: [rule(5)] },
      'rules',
      [rule({ attribute: '', op: '', values: [], negate: false })],
    ],
    [
      'users’ keys do not stand in context targets',
      { contextTargets: [{ variation: 0, values: ['a'] }] },
      'contextTargets',
      [{ variation: 0, values: [] }],
    ],
    [
      'keys that are numbers are text',
      { targets: [{ variation: 0, values: [5, {}, 'a'] }] },
      'targets',
      [{ variation: 0, values: ['5', 'a'] }],
    ],
    [
      'fields of nobody are left out',
      { description: 'x', rules: [{ ...rule(clause('in', 1)), name: 'y' }] },
      'description',
      undefined,
    ],
  ])('%s', (_, fields, name, value) => {
    expect(wire(fields)?.[name]).toEqual(value);
  });

  test('is none when only this service knows its bucketing', () => {
    expect(wire({ bucketing: 'slowroll' })).toBeUndefined();
    expect(wire({ bucketing: null })).toBeDefined();
    expect(wire({ bucketing: null })).not.toHaveProperty('bucketing');
  });
});

describe('a segment on the wire', () => {
  test('has every list that some SDK requires', () => {
    expect(wireS({})).toEqual({
      key: 's',
      version: 1,
      salt: 'salt',
      included: [],
      excluded: [],
      includedContexts: [],
      excludedContexts: [],
      rules: [],
      deleted: false,
    });
  });

  test('has users’ keys in the plain lists, where Go looks for them', () => {
    const given = wireS({
      included: ['a'],
      includedContexts: [
        { values: ['b'] },
        { contextKind: 'user', values: ['c'] },
        { contextKind: 'org', values: ['d'] },
      ],
      excludedContexts: [{ contextKind: 'user', values: 5 }],
    });
    expect(given).toMatchObject({
      included: ['a', 'b', 'c'],
      excluded: [],
      includedContexts: [{ contextKind: 'org', values: ['d'] }],
      excludedContexts: [],
    });
  });

  test('keeps what makes it big, and samples', () => {
    const big = {
      unbounded: true,
      unboundedContextKind: 'org',
      generation: 2,
      rules: [{ id: 'r', clauses: [], weight: 5, bucketBy: 'x', rolloutContextKind: 'org' }],
    };
    expect(wireS(big)).toMatchObject(big);
    expect(wireS({ rules: [{ clauses: [], weight: null }] })).toMatchObject({ rules: [{ clauses: [] }] });
  });
});

test('what was shaped for the wire answers as it did before, here and in the SDK', async () => {
  const flags = [
    flag({
      prerequisites: [{ key: 'g', variation: 1 }],
      contextTargets: [{ variation: 2, values: [] }],
      targets: [{ variation: 2, values: ['bob'] }],
      rules: [{ variation: 2 }, rule({ op: 'segmentMatch', values: ['s'] })],
    }),
    flag({
      key: 'g',
      offVariation: -0,
      fallthrough: {
        rollout: {
          seed: 0,
          variations: [
            { variation: 1, weight: 60_000.5 },
            { variation: 0, weight: 40_000 },
          ],
        },
      },
    }),
  ];
  const segments = [segment({ includedContexts: [{ values: ['alice', 'carol'] }], excluded: ['dora'] })];
  const shapedFlags = flags.map((item) => wireFlag(item as never) ?? {});
  const shapedSegments = segments.map((item) => wireSegment(item as never));
  const [before, after] = [evaluatorOf(flags, segments), evaluatorOf(shapedFlags, shapedSegments)];
  const reference = await createReference('none');
  reference.load(byKey(shapedFlags), byKey(shapedSegments));
  for (const key of ['alice', 'bob', 'carol', 'dora', 'emil']) {
    const detail = before.evaluate('f', user({ key }), null);
    expect(after.evaluate('f', user({ key }), null)).toEqual(detail);
    expect(await reference.client.variationDetail('f', user({ key }), null)).toEqual(detail);
  }
  reference.close();
});
