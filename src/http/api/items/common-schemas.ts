import * as z from 'zod';
import type { JsonValue } from '../../../evaluation/model.ts';

/** A whole number as LaunchDarkly's SDKs need it: `-0` and `1.0` are accepted and normalised. */
export const wholeNumber = z.int().overwrite((value) => value + 0);

export const jsonValueSchema: z.ZodType<JsonValue, JsonValue> = z
  .json()
  .meta({ id: 'JsonValue', description: 'Any JSON value.' });

/** NUL is refused: SQLite and PostgreSQL do not agree on what to do with it. */
const NO_NUL = /^[^\0]*$/;

export const textSchema = (limit: number) =>
  z.string().max(limit).regex(NO_NUL, 'expected text without NUL characters');

export const descriptionSchema = textSchema(65_536)
  .refine((text) => text === '' || text.trim() !== '', 'expected text, not only blanks')
  .nullable()
  .describe('Shown to people; text, never markup.');

export const tagsSchema = z
  .array(textSchema(64).min(1))
  .max(64)
  .describe('Free words to find it by; order is kept, doubles are dropped.')
  .overwrite((tags) => [...new Set(tags)]);

export const timestampSchema = z.iso.datetime().describe('ISO 8601, UTC.');

export const contextKindSchema = z
  .string()
  .regex(
    /^(?!kind$|multi$)[A-Za-z0-9._-]{1,256}$/,
    'a context kind: letters, digits, . _ -, and not "kind" or "multi"',
  )
  .describe('Default `user`.');
