import { describe, expect, test } from 'vitest';
import type { Flag, Segment } from '../../src/evaluation/model.ts';
import { flagPayload, segmentPayload, type PayloadItem } from '../../src/launchdarkly/payload.ts';
import { createReference } from '../behaviour/evaluation/differential/launchdarkly-reference.ts';
import {
  byKey,
  evaluatorOf,
  flag,
  onX,
  rule,
  segment,
  user,
  type FlagFields,
  type SegmentFields,
} from '../support/flag-builders.ts';

const wire = (fields: FlagFields): PayloadItem | undefined => flagPayload(flag(fields));
const wireS = (fields: SegmentFields): PayloadItem => segmentPayload(segment(fields));

/** A rule as it is sent: Rust's SDK refuses one without `trackEvents`. */
const sentRule = (clauses: unknown): object => ({ ...rule(clauses), trackEvents: false });

describe('a flag in a payload', () => {
  test('has every list that some SDK requires, and nothing null', () => {
    expect(flagPayload({ key: 'flag', version: 3 } as never)).toEqual({
      key: 'flag',
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
    expect(flagPayload(full)).toEqual(full);
  });

  test.each<readonly [string, FlagFields, string, unknown]>([
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
      'what is no index stays malformed',
      { fallthrough: { variation: '1' } },
      'fallthrough',
      { variation: -1 },
    ],
    ['what is no fallthrough becomes an empty one', { fallthrough: 5 }, 'fallthrough', {}],
    [
      'a seed of 0 is left out, since the node SDK reads it as none',
      { fallthrough: { rollout: { seed: 0, variations: [] } } },
      'fallthrough',
      { rollout: { variations: [] } },
    ],
    [
      'weights are integers',
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
      { rules: [rule([{ op: 'segmentMatch', values: ['segment'] }])] },
      'rules',
      [sentRule([{ attribute: '', op: 'segmentMatch', values: ['segment'], negate: false }])],
    ],
    [
      'a rule without clauses matches nobody',
      { rules: [{ variation: 0 }] },
      'rules',
      [{ ...sentRule([{ attribute: 'key', op: 'in', values: [], negate: false }]), variation: 0 }],
    ],
    [
      'what is no clause stays malformed',
      { rules: [rule([5])] },
      'rules',
      [sentRule([{ attribute: '', op: '', values: [], negate: false }])],
    ],
    [
      'context targets of users carry no keys',
      { contextTargets: [{ variation: 0, values: ['a'] }] },
      'contextTargets',
      [{ variation: 0, values: [] }],
    ],
    [
      'keys that are numbers become text',
      { targets: [{ variation: 0, values: [5, {}, 'a'] }] },
      'targets',
      [{ variation: 0, values: ['5', 'a'] }],
    ],
    [
      'unknown fields of a rule are left out',
      { rules: [{ ...rule([onX('in', 1)]), name: 'y', description: 'for people' }] },
      'rules',
      [sentRule([{ ...onX('in', 1), negate: false }])],
    ],
  ])('%s', (_, fields, name, value) => {
    expect(wire(fields)?.[name]).toEqual(value);
  });

  test('has no unknown field', () => {
    expect(flagPayload({ ...flag(), description: 'x' } as Flag)).not.toHaveProperty('description');
  });

  test('is left out when only this service knows its bucketing', () => {
    expect(wire({ bucketing: 'slowroll' })).toBeUndefined();
    expect(wire({ bucketing: null })).toBeDefined();
    expect(wire({ bucketing: null })).not.toHaveProperty('bucketing');
  });
});

describe('a segment in a payload', () => {
  test('has every list that some SDK requires', () => {
    expect(wireS({})).toEqual({
      key: 'segment',
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

  test('has keys of users in the plain lists, where the Go SDK reads them', () => {
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

  test('keeps the fields of big segments and of weighted rules', () => {
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

test('a flag that was shaped for the wire answers as it did before, here and in the SDK', async () => {
  const flags = [
    flag({
      prerequisites: [{ key: 'g', variation: 1 }],
      contextTargets: [{ variation: 2, values: [] }],
      targets: [{ variation: 2, values: ['emil'] }],
      rules: [{ variation: 2 }, rule([{ op: 'segmentMatch', values: ['segment'] }])],
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
  const segments = [segment({ includedContexts: [{ values: ['anna', 'carol'] }], excluded: ['dora'] })];
  const sent = (shaped: PayloadItem | undefined): unknown => JSON.parse(JSON.stringify(shaped));
  const shapedFlags = flags.map((item) => sent(flagPayload(item)) as Flag);
  const shapedSegments = segments.map((item) => sent(segmentPayload(item)) as Segment);
  const [before, after] = [evaluatorOf(flags, segments), evaluatorOf(shapedFlags, shapedSegments)];
  const reference = await createReference('none');
  reference.load(byKey(shapedFlags), byKey(shapedSegments));
  const reasons = new Set<string>();
  for (const key of ['anna', 'bob', 'carol', 'dora', 'emil']) {
    const detail = before.evaluate('flag', user(key), null);
    expect(after.evaluate('flag', user(key), null)).toEqual(detail);
    expect(await reference.client.variationDetail('flag', user(key) as never, null)).toEqual(detail);
    reasons.add(detail.reason.kind);
  }
  reference.close();
  expect(reasons).toEqual(new Set(['RULE_MATCH', 'TARGET_MATCH', 'FALLTHROUGH', 'PREREQUISITE_FAILED']));
});
