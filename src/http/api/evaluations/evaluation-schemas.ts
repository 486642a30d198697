import * as z from 'zod';
import { jsonValueSchema, timestampSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

export const reasonSchema = z
  .looseObject({
    kind: z.enum(['OFF', 'TARGET_MATCH', 'FALLTHROUGH', 'RULE_MATCH', 'PREREQUISITE_FAILED', 'ERROR']),
    ruleIndex: z.int().exactOptional(),
    ruleId: z.string().exactOptional(),
    prerequisiteKey: z.string().exactOptional(),
    inExperiment: z.boolean().exactOptional(),
    errorKind: z.string().exactOptional(),
    bigSegmentsStatus: z.string().exactOptional(),
  })
  .meta({ id: 'Reason', description: "Why, in the shape of LaunchDarkly's SDKs." });

export const userFlagSchema = z
  .object({
    flag_name: keySchema,
    enabled: z
      .boolean()
      .describe(
        'Of a boolean flag: its value. Of any other: whether the user gets something else than the off variation.',
      ),
    value: jsonValueSchema,
    reason: reasonSchema,
    description: z.string().nullable(),
  })
  .meta({ id: 'UserFlag', description: 'The evaluation of one flag for one user.' });

export const userFlagsSchema = z
  .object({ user_id: z.string(), flags: z.array(userFlagSchema) })
  .meta({ id: 'UserFlags' });

export const contextSchema = z
  .looseObject({})
  .meta({ id: 'Context', description: 'A context as the SDKs have it: single, multi, or a legacy user.' });

export const explanationSchema = z
  .object({
    flag_name: keySchema,
    value: jsonValueSchema,
    variation_index: z.int().nullable(),
    reason: reasonSchema,
    summary: z.string().describe('The value and why, in one sentence.'),
    steps: z.array(
      z.object({
        kind: z.string().describe('What was looked at.'),
        depth: z.int().min(0).describe('Nesting below the step above it.'),
        matched: z.boolean(),
        text: z.string(),
        data: z.record(z.string(), z.unknown()),
      }),
    ),
    at: timestampSchema.exactOptional().describe('The time that was asked for.'),
    planned: z
      .array(z.object({ flag_name: keySchema, sentence: z.string() }))
      .exactOptional()
      .describe('With `at`: what the plans do until then.'),
  })
  .meta({ id: 'Explanation' });
