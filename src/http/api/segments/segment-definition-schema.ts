import * as z from 'zod';
import { clauseInputSchema, clauseSchema, weightSchema } from '../items/clause-schema.ts';
import { contextKindSchema, textSchema, wholeNumber } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

const memberKeys = z.array(textSchema(1024)).max(10_000);

const segmentTargetSchema = z
  .strictObject({ contextKind: contextKindSchema.exactOptional(), values: memberKeys })
  .meta({ id: 'SegmentTarget' });

const segmentRuleWith = <Clause extends z.ZodType>(clause: Clause) =>
  z.strictObject({
    id: textSchema(256).exactOptional(),
    clauses: z.array(clause).max(100).describe('Joined by AND.'),
    weight: weightSchema.nullable().exactOptional(),
    bucketBy: textSchema(1024).exactOptional(),
    rolloutContextKind: contextKindSchema.exactOptional(),
  });

const fieldsWith = <Rule extends z.ZodType>(rule: Rule) => ({
  salt: textSchema(256).exactOptional(),
  included: memberKeys.exactOptional(),
  excluded: memberKeys.exactOptional(),
  includedContexts: z.array(segmentTargetSchema).max(1_000).exactOptional(),
  excludedContexts: z.array(segmentTargetSchema).max(1_000).exactOptional(),
  rules: z.array(rule).max(1_000).exactOptional(),
  unbounded: z.boolean().exactOptional(),
  unboundedContextKind: contextKindSchema.exactOptional(),
  generation: wholeNumber.nullable().exactOptional(),
});

export const segmentDefinitionSchema = z
  .strictObject({
    key: keySchema,
    version: wholeNumber,
    ...fieldsWith(segmentRuleWith(clauseSchema).meta({ id: 'SegmentRule' })),
  })
  .meta({ id: 'SegmentDefinition', description: "The whole segment in LaunchDarkly's model." });

/** Also the shape of a change: every field is optional, and those that are named replace what was there. */
export const segmentDefinitionInputSchema = z
  .strictObject({
    key: keySchema.exactOptional(),
    version: wholeNumber.exactOptional(),
    ...fieldsWith(segmentRuleWith(clauseInputSchema).meta({ id: 'SegmentRuleInput' })),
  })
  .meta({ id: 'SegmentDefinitionInput' });
