import * as z from 'zod';
import { commentSchema } from '../items/change-comment.ts';
import { descriptionSchema, tagsSchema, timestampSchema, wholeNumber } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';
import { warningSchema } from '../flags/flag-schemas.ts';
import { segmentDefinitionInputSchema, segmentDefinitionSchema } from './segment-definition-schema.ts';

export const segmentSchema = z
  .object({
    id: z.int(),
    segment_name: keySchema,
    description: z.string().nullable(),
    tags: z.array(z.string()),
    version: wholeNumber.min(0),
    created_at: timestampSchema,
    updated_at: timestampSchema,
    definition: segmentDefinitionSchema,
    warnings: z.array(warningSchema).exactOptional().describe('In responses to writes only.'),
  })
  .meta({ id: 'Segment' });

const changeable = {
  comment: commentSchema,
  description: descriptionSchema.exactOptional(),
  tags: tagsSchema.exactOptional(),
  definition: segmentDefinitionInputSchema.exactOptional(),
};

export const segmentCreateSchema = z
  .strictObject({ segment_name: keySchema, ...changeable })
  .meta({ id: 'SegmentCreate', description: 'Without a definition: an empty segment.' });

export const segmentUpdateSchema = z
  .strictObject({ segment_name: keySchema.exactOptional().describe('As in the path.'), ...changeable })
  .meta({ id: 'SegmentUpdate', description: 'Only what is named changes.' });
