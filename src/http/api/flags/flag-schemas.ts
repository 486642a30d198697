import * as z from 'zod';
import { BUCKETINGS } from '../../../evaluation/model.ts';
import { commentSchema } from '../items/change-comment.ts';
import { descriptionSchema, tagsSchema, timestampSchema, wholeNumber } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';
import {
  flagDefinitionInputSchema,
  flagDefinitionPatchSchema,
  flagDefinitionSchema,
} from './flag-definition-schema.ts';

const rolloutPercentageSchema = z
  .number()
  .min(0)
  .max(100)
  .multipleOf(0.001)
  .nullable()
  .describe('The percentage of contexts that get `true` while the flag is on; `null`: all of them.');

export const warningSchema = z
  .object({
    code: z.string(),
    pointer: z.string().describe('RFC 6901, into the definition.'),
    detail: z.string(),
  })
  .meta({ id: 'Warning', description: 'Accepted, but probably not what was meant.' });

const clientSideSchema = z
  .boolean()
  .describe('Whether browser and mobile SDKs get the flag. Default false: server-side SDKs only.');

const bucketingSchema = z
  .enum(BUCKETINGS)
  .nullable()
  .describe(
    "`null`: LaunchDarkly's bucketing, the same in every SDK. `sha256-percent`: SHA-256 of `user:flag` modulo 100, evaluated by this service only, and left out of SDK payloads.",
  );

export const flagSchema = z
  .object({
    id: z.int().describe('Stable: made from project, environment and name.'),
    flag_name: keySchema,
    status: z.boolean().describe('The switch: `true` is on.'),
    rollout_percentage: rolloutPercentageSchema.describe(
      'The default rule as a percentage; `null` when it serves one variation, or when it is not a plain percentage of true and false.',
    ),
    bucketing: bucketingSchema,
    client_side: clientSideSchema,
    description: z.string().nullable(),
    tags: z.array(z.string()),
    version: wholeNumber.min(0).describe('Rises with every change; the ETag, and what If-Match takes.'),
    created_at: timestampSchema,
    updated_at: timestampSchema,
    definition: flagDefinitionSchema,
    warnings: z.array(warningSchema).exactOptional().describe('In responses to writes only.'),
  })
  .meta({ id: 'Flag' });

const simpleFields = {
  comment: commentSchema,
  status: z.boolean().exactOptional(),
  rollout_percentage: rolloutPercentageSchema.exactOptional(),
  bucketing: bucketingSchema.exactOptional(),
  client_side: clientSideSchema.exactOptional(),
  description: descriptionSchema.exactOptional(),
  tags: tagsSchema.exactOptional(),
};

export const flagCreateSchema = z
  .strictObject({
    flag_name: keySchema,
    ...simpleFields,
    definition: flagDefinitionInputSchema.exactOptional(),
  })
  .meta({
    id: 'FlagCreate',
    description:
      'The simple fields, a whole definition, or both; where both speak of the same thing, the simple field wins.',
  });

export const flagUpdateSchema = z
  .strictObject({
    flag_name: keySchema.exactOptional().describe('As in the path; a flag is not renamed.'),
    ...simpleFields,
    definition: flagDefinitionPatchSchema.exactOptional(),
  })
  .meta({ id: 'FlagUpdate', description: 'Only what is named changes.' });
