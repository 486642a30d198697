import * as z from 'zod';
import { keySchema } from '../../input/key-schema.ts';
import { isOrigin } from '../../middleware/cors.ts';

export const newEnvironmentForm = z.object({
  key: z.string('expected a key').trim().pipe(keySchema),
  name: z
    .string()
    .trim()
    .max(256, 'expected at most 256 characters')
    .regex(/^[^\0]*$/, 'expected text')
    .default(''),
});

/** `origins`: one a line; `*`: every origin. */
export const settingsForm = z.object({
  secureMode: z
    .literal('on')
    .optional()
    .transform((ticked) => ticked === 'on'),
  origins: z
    .string()
    .max(20_000, 'expected at most 20,000 characters')
    .default('')
    .transform((text) => [...new Set(text.split(/\s+/).filter(Boolean))])
    .refine(
      (origins) => origins.every((origin) => origin === '*' || isOrigin(origin)),
      'expected origins as browsers send them, as https://shop.example, one a line, or * for all',
    )
    .transform((origins) => (origins.includes('*') ? ('*' as const) : origins)),
});

export const promoteForm = z.object({
  from: keySchema,
  flag: keySchema,
  version: z.union([
    z.literal('absent'),
    z
      .string('expected a version')
      .regex(/^\d{1,15}$/, 'expected a version')
      .transform(Number),
  ]),
});
