import * as z from 'zod';
import { exportText } from '../../../store/export-text.ts';
import { tagsSchema, textSchema, timestampSchema, wholeNumber } from '../items/common-schemas.ts';
import { Problem } from '../../problems/problem.ts';
import { keySchema } from '../../input/key-schema.ts';
import { flagDefinitionSchema } from '../flags/flag-definition-schema.ts';
import { segmentDefinitionSchema } from '../segments/segment-definition-schema.ts';

const itemWith = <Definition extends z.ZodType>(definition: Definition) =>
  z.strictObject({
    key: keySchema,
    version: wholeNumber.min(0),
    description: textSchema(65_536).nullable(),
    tags: tagsSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
    definition,
  });

const place = { key: keySchema, name: textSchema(256) };

const environmentSchema = z
  .strictObject({
    ...place,
    flags: z.array(itemWith(flagDefinitionSchema).meta({ id: 'ExportedFlag' })),
    segments: z.array(itemWith(segmentDefinitionSchema).meta({ id: 'ExportedSegment' })),
  })
  .meta({ id: 'ExportedEnvironment' });

const projectsSchema = z.array(
  z.strictObject({ ...place, environments: z.array(environmentSchema) }).meta({ id: 'ExportedProject' }),
);

export const transferFileSchema = z
  .strictObject({
    format: z.literal('dj-toggle'),
    format_version: z.literal(1),
    checksum: z
      .string()
      .exactOptional()
      .describe(
        '`sha256:` and the hex digest of `projects`; leave it out of a file that was edited by hand.',
      ),
    projects: projectsSchema,
  })
  .meta({
    id: 'TransferFile',
    description:
      'Every project, environment, flag and segment with its version, times and tags. No keys, no secrets.',
  });

export type TransferFile = z.output<typeof transferFileSchema>;
export type TransferredEnvironment = z.output<typeof environmentSchema>;
export type TransferredItem =
  | TransferredEnvironment['flags'][number]
  | TransferredEnvironment['segments'][number];

/** @throws Problem 404 when there is no such project or environment */
export function requireExport(...query: Parameters<typeof exportText>): string {
  const text = exportText(...query);
  if (text === undefined) throw new Problem(404, 'not_found', 'There is no such project and environment.');
  return text;
}
