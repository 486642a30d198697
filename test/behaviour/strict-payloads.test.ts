import { expect, test } from 'vitest';
import * as z from 'zod';
import { lintFlag } from '../../src/evaluation/lint/lint-flag.ts';
import type { Flag } from '../../src/evaluation/model.ts';
import { flagDefinitionInputSchema } from '../../src/http/api/flags/flag-definition-schema.ts';
import { flagPayload } from '../../src/launchdarkly/payload.ts';
import { fc } from '../support/seeded-fast-check.ts';

const int32 = z.int32();
const uint32 = z.uint32();
const index = z.int32();

/** What the Rust SDK requires of a rule or a default rule, and Java of its numbers. */
const serve = {
  variation: index.optional(),
  rollout: z
    .object({
      kind: z.enum(['rollout', 'experiment']).optional(),
      contextKind: z.string().optional(),
      bucketBy: z.string().optional(),
      seed: int32.optional(),
      variations: z.array(z.object({ variation: index, weight: int32, untracked: z.boolean().optional() })),
    })
    .optional(),
};

const target = z.object({
  contextKind: z.string().optional(),
  values: z.array(z.string()),
  variation: index,
});

/** The strictest reading of each field among the SDKs that are built from structs: Rust (serde), Go, Java (Gson). */
const STRICT_FLAG = z.object({
  key: z.string(),
  version: z.int().min(0),
  on: z.boolean(),
  targets: z.array(target),
  contextTargets: z.array(target),
  rules: z.array(
    z.object({
      id: z.string().optional(),
      clauses: z.array(
        z.object({
          contextKind: z.string().optional(),
          attribute: z.string(),
          op: z.string(),
          values: z.array(z.json()),
          negate: z.boolean(),
        }),
      ),
      ...serve,
      trackEvents: z.boolean(),
    }),
  ),
  prerequisites: z.array(z.object({ key: z.string(), variation: index })),
  fallthrough: z.object(serve),
  offVariation: index.optional(),
  variations: z.array(z.json()),
  salt: z.string(),
  trackEvents: z.boolean(),
  trackEventsFallthrough: z.boolean(),
  debugEventsUntilDate: z.int().min(0).optional(),
  samplingRatio: uint32.optional(),
  migration: z.object({ checkRatio: uint32.optional() }).optional(),
  excludeFromSummaries: z.boolean().optional(),
});

const integers = fc.constantFrom(
  -1,
  0,
  1,
  61,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
);
const variation = fc.constantFrom(0, 1);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Without the fields that were left out: a body has no `undefined`. */
const present = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
const bodyOf = <T extends object>(fields: fc.Arbitrary<T>) => fields.map(present);

const rollout = bodyOf(
  fc.record({
    kind: optional(fc.constantFrom('rollout', 'experiment')),
    contextKind: optional(fc.constant('user')),
    bucketBy: optional(fc.constant('key')),
    seed: optional(integers),
    variations: fc.constant([
      { variation: 0, weight: 40_000 },
      { variation: 1, weight: 60_000, untracked: true },
    ]),
  }),
);
const served = fc.oneof(bodyOf(fc.record({ variation })), bodyOf(fc.record({ rollout })));
const clause = bodyOf(
  fc.record({
    contextKind: optional(fc.constant('user')),
    attribute: fc.constant('country'),
    op: fc.constantFrom('in', 'startsWith', 'lessThan', 'semVerEqual', 'segmentMatch'),
    values: fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxLength: 3 }),
    negate: optional(fc.boolean()),
  }),
);
const rule = fc
  .tuple(
    bodyOf(
      fc.record({
        id: optional(fc.string({ maxLength: 5 })),
        clauses: fc.array(clause, { maxLength: 2 }),
        trackEvents: optional(fc.boolean()),
      }),
    ),
    served,
  )
  .map(([fields, end]) => ({ ...fields, ...end }));

const definitions = bodyOf(
  fc.record({
    on: fc.boolean(),
    variations: fc.constant([true, false]),
    offVariation: optional(variation),
    fallthrough: served,
    targets: optional(fc.array(fc.record({ variation, values: fc.array(fc.string()) }), { maxLength: 2 })),
    rules: optional(fc.array(rule, { maxLength: 3 })),
    salt: optional(fc.string()),
    trackEvents: optional(fc.boolean()),
    trackEventsFallthrough: optional(fc.boolean()),
    debugEventsUntilDate: optional(fc.constantFrom(0, 1_800_000_000_000, 2 ** 53)),
    samplingRatio: optional(integers),
    excludeFromSummaries: optional(fc.boolean()),
    migration: optional(bodyOf(fc.record({ checkRatio: optional(integers) }))),
  }),
);

test('whatever REST accepts, the strictest SDKs can read', () => {
  let accepted = 0;
  fc.assert(
    fc.property(definitions, (definition) => {
      if (!flagDefinitionInputSchema.safeParse(definition).success) return;
      const flag: Flag = JSON.parse(JSON.stringify({ key: 'flag', version: 1, ...definition }));
      const findings = lintFlag(flag, { flags: {}, segments: {} });
      if (findings.some(({ severity }) => severity === 'error')) return;
      accepted += 1;
      const payload: unknown = JSON.parse(JSON.stringify(flagPayload(flag)));
      expect(STRICT_FLAG.safeParse(payload).error?.issues).toBeUndefined();
    }),
    { numRuns: 500 },
  );
  expect(accepted).toBeGreaterThan(50);
});
