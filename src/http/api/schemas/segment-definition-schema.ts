import * as z from 'zod';
import { clauseSchema, weightSchema } from './clause-schema.ts';
import { contextKindSchema, keySchema, textSchema, wholeNumber } from './common-schemas.ts';

const memberKeys = z.array(textSchema(1024)).max(10_000);

const segmentTargetSchema = z
  .strictObject({ contextKind: contextKindSchema.exactOptional(), values: memberKeys })
  .meta({ id: 'SegmentTarget' });

const segmentRuleSchema = z
  .strictObject({
    id: textSchema(256).exactOptional(),
    clauses: z.array(clauseSchema).max(100),
    weight: weightSchema.nullable().exactOptional(),
    bucketBy: textSchema(1024).exactOptional(),
    rolloutContextKind: contextKindSchema.exactOptional(),
  })
  .meta({ id: 'SegmentRule' });

const fields = {
  salt: textSchema(256).exactOptional(),
  included: memberKeys.exactOptional(),
  excluded: memberKeys.exactOptional(),
  includedContexts: z.array(segmentTargetSchema).max(1_000).exactOptional(),
  excludedContexts: z.array(segmentTargetSchema).max(1_000).exactOptional(),
  rules: z.array(segmentRuleSchema).max(1_000).exactOptional(),
  unbounded: z.boolean().exactOptional(),
  unboundedContextKind: contextKindSchema.exactOptional(),
  generation: wholeNumber.nullable().exactOptional(),
};

export const segmentDefinitionSchema = z
  .strictObject({ key: keySchema, version: wholeNumber, ...fields })
  .meta({ id: 'SegmentDefinition', description: "The whole segment in LaunchDarkly's model." });

/** Also the shape of a change: every field is optional, and those that are named replace what was there. */
export const segmentDefinitionInputSchema = z
  .strictObject({ key: keySchema.exactOptional(), version: wholeNumber.exactOptional(), ...fields })
  .meta({ id: 'SegmentDefinitionInput' });
