import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../../../shared/canonical-json.ts';
import type { EnvironmentRef, ItemRecord, Store } from '../../../store/store.ts';
import { itemsByKey } from '../items/item-list.ts';
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

/**
 * Everything as one text, or what is in one project or environment: keys in order and nothing that depends on when or
 * where it was made, so that the same flags give the same bytes.
 * @throws Problem 404 when there is no such project or environment
 */
export function exportText(
  store: Pick<Store, 'projects' | 'snapshot'>,
  only: { readonly project?: string; readonly environment?: string } = {},
): string {
  const wanted = store.projects().filter(({ key }) => isWanted(only.project, key));
  const projects = byKey(wanted).map((project) => ({
    key: project.key,
    name: project.name,
    environments: byKey(project.environments.filter(({ key }) => isWanted(only.environment, key))).map(
      ({ key, name }) => {
        const { flags, segments } = itemsOf(store, { project: project.key, environment: key });
        return { key, name, flags, segments };
      },
    ),
  }));
  if (!projects.some(({ environments }) => environments.length > 0)) {
    throw new Problem(404, 'not_found', 'There is no such project and environment.');
  }
  const file = { format: 'dj-toggle', format_version: 1, checksum: checksumOf(projects), projects };
  return `${JSON.stringify(JSON.parse(canonicalJson(file)), null, 2)}\n`;
}

/** Of the projects as they stand in a file, whatever order its names are in. */
export function checksumOf(projects: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(projects)).digest('hex')}`;
}

function itemsOf(store: Pick<Store, 'snapshot'>, environment: EnvironmentRef) {
  const snapshot = store.snapshot(environment);
  return {
    flags: snapshot === undefined ? [] : itemsByKey(snapshot.flags).map(exportedItem),
    segments: snapshot === undefined ? [] : itemsByKey(snapshot.segments).map(exportedItem),
  };
}

function exportedItem({ key, version, description, tags, createdAt, updatedAt, definition }: ItemRecord) {
  return { key, version, description, tags, created_at: createdAt, updated_at: updatedAt, definition };
}

const isWanted = (wanted: string | undefined, key: string): boolean => wanted === undefined || wanted === key;

const byKey = <Place extends { readonly key: string }>(places: readonly Place[]): readonly Place[] =>
  places.toSorted((a, b) => (a.key < b.key ? -1 : 1));
