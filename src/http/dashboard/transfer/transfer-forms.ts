import * as z from 'zod';

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The file is chosen first, and imported once its preview was seen. */
export const uploadSchema = z.object({
  file: z
    .object({ name: z.string(), bytes: z.instanceof(Buffer) })
    .refine(({ bytes }) => bytes.length > 0, 'expected a file; none was chosen, or it is empty'),
});

export const importForm = z.object({
  id: z.string().max(100).default(''),
  digest: z.string().max(100).default(''),
  conflicts: z.enum(['keep', 'replace'], 'expected a choice for what is different here').default('keep'),
});

const day = z
  .union([z.literal(''), z.iso.date('expected a day, as 2026-07-01')])
  .default('')
  .transform((text) => (text === '' ? undefined : Date.parse(`${text}T00:00:00Z`)));

/** Days, UTC, both included. */
export const eventRangeForm = z.looseObject({ from: day, to: day });

export const exportForm = z.looseObject({
  of: z.enum(['environment', 'project', 'everything']).catch('environment'),
});
