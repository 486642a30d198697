import * as z from 'zod';
import { BUCKETINGS } from '../../../evaluation/model.ts';
import {
  clauseInputSchema,
  clauseSchema,
  variationIndexSchema,
  weightSchema,
} from '../items/clause-schema.ts';
import { contextKindSchema, jsonValueSchema, textSchema, wholeNumber } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

const rolloutSchema = z
  .strictObject({
    kind: z.enum(['rollout', 'experiment']).exactOptional(),
    contextKind: contextKindSchema.exactOptional(),
    bucketBy: textSchema(1024).exactOptional(),
    seed: wholeNumber.exactOptional(),
    variations: z
      .array(
        z.strictObject({
          variation: variationIndexSchema,
          weight: weightSchema,
          untracked: z.boolean().exactOptional(),
        }),
      )
      .min(1)
      .max(64),
  })
  .meta({ id: 'Rollout', description: 'Weighted variations; the weights sum to 100,000.' });

const served = {
  variation: variationIndexSchema.exactOptional(),
  rollout: rolloutSchema.exactOptional(),
};

const targetSchema = z
  .strictObject({
    contextKind: contextKindSchema.exactOptional(),
    variation: variationIndexSchema,
    values: z.array(textSchema(1024)).max(10_000),
  })
  .meta({ id: 'Target', description: 'Context keys listed by hand.' });

const flagRuleWith = <Clause extends z.ZodType>(clause: Clause) =>
  z.strictObject({
    id: textSchema(256).exactOptional(),
    description: textSchema(500).exactOptional().describe('For people; not sent to SDKs.'),
    clauses: z.array(clause).max(100).describe('Joined by AND.'),
    ...served,
    trackEvents: z.boolean().exactOptional(),
  });

/** Every field that a definition may have. `key` and `version` are the server's. */
const fieldsWith = <Rule extends z.ZodType>(rule: Rule) => ({
  on: z.boolean().describe('The same as `status`.'),
  variations: z.array(jsonValueSchema).min(1).max(64),
  offVariation: variationIndexSchema.exactOptional(),
  fallthrough: z.strictObject(served).describe('The default rule.'),
  targets: z.array(targetSchema).max(1_000).exactOptional(),
  contextTargets: z.array(targetSchema).max(1_000).exactOptional(),
  rules: z.array(rule).max(1_000).exactOptional(),
  prerequisites: z
    .array(z.strictObject({ key: keySchema, variation: variationIndexSchema }))
    .max(100)
    .exactOptional(),
  salt: textSchema(256).exactOptional(),
  clientSideAvailability: z
    .strictObject({ usingEnvironmentId: z.boolean(), usingMobileKey: z.boolean() })
    .exactOptional(),
  clientSide: z.boolean().exactOptional(),
  trackEvents: z.boolean().exactOptional(),
  trackEventsFallthrough: z.boolean().exactOptional(),
  debugEventsUntilDate: z.number().nullable().exactOptional(),
  samplingRatio: wholeNumber.min(0).exactOptional(),
  excludeFromSummaries: z.boolean().exactOptional(),
  migration: z.strictObject({ checkRatio: wholeNumber.min(0).exactOptional() }).exactOptional(),
  bucketing: z
    .enum(BUCKETINGS)
    .exactOptional()
    .describe("Not LaunchDarkly's: evaluated by this service only, and left out of SDK payloads."),
});

const fields = fieldsWith(flagRuleWith(clauseInputSchema).meta({ id: 'FlagRuleInput' }));

/** Read-modify-write is welcome: `key` and `version` may come back as they were read, and are the server's anyway. */
const serverOwned = {
  key: keySchema.exactOptional(),
  version: wholeNumber.exactOptional(),
};

export const flagDefinitionSchema = z
  .strictObject({
    key: keySchema,
    version: wholeNumber,
    ...fieldsWith(flagRuleWith(clauseSchema).meta({ id: 'FlagRule' })),
  })
  .meta({ id: 'FlagDefinition', description: "The whole flag in LaunchDarkly's model." });

export const flagDefinitionInputSchema = z
  .strictObject({ ...serverOwned, ...fields })
  .meta({ id: 'FlagDefinitionInput', description: 'A whole definition for a new flag.' });

/** Fields that a flag can be without, and that `null` takes away. */
const removable = {
  offVariation: fields.offVariation.unwrap().nullable().exactOptional(),
  salt: fields.salt.unwrap().nullable().exactOptional(),
  clientSideAvailability: fields.clientSideAvailability.unwrap().nullable().exactOptional(),
  debugEventsUntilDate: fields.debugEventsUntilDate,
  samplingRatio: fields.samplingRatio.unwrap().nullable().exactOptional(),
  migration: fields.migration.unwrap().nullable().exactOptional(),
  bucketing: fields.bucketing.unwrap().nullable().exactOptional(),
};

/** Any of a definition's fields; those that are named replace what was there. */
export const flagDefinitionPatchSchema = z
  .strictObject({
    ...serverOwned,
    ...fields,
    on: fields.on.exactOptional(),
    variations: fields.variations.exactOptional(),
    fallthrough: fields.fallthrough.exactOptional(),
    ...removable,
  })
  .meta({
    id: 'FlagDefinitionPatch',
    description:
      'Fields named here replace those of the flag, each as a whole; `null` takes one away; the others stay.',
  });
