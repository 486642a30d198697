import type * as z from 'zod';
import type { Segment } from '../../../evaluation/model.ts';
import type { Author, EnvironmentRef, SegmentRecord, Snapshot } from '../../../store/store.ts';
import { didYouMean } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import { type Writer, writeItem } from '../items/change-item.ts';
import { itemId } from '../items/item-id.ts';
import { lintedSegment, type Warning } from '../items/lint-draft.ts';
import type { segmentUpdateSchema } from './segment-schemas.ts';

type SegmentFields = Omit<z.output<typeof segmentUpdateSchema>, 'segment_name' | 'comment'>;

export interface SegmentWrite {
  readonly environment: EnvironmentRef;
  readonly key: string;
  readonly author: Author;
  /** The version in If-Match. */
  readonly wanted?: number | '*' | undefined;
  /** Create only, or change only. */
  readonly create: boolean;
}

export interface WrittenSegment {
  readonly record: SegmentRecord;
  readonly warnings: readonly Warning[];
}

/** @throws Problem 404 `not_found` */
export function requireSegment(snapshot: Snapshot, name: string): SegmentRecord {
  const record = snapshot.segments.get(name);
  if (record === undefined)
    throw new Problem(
      404,
      'not_found',
      `There is no segment "${name}" here.${didYouMean(name, snapshot.segments.keys())}`,
    );
  return record;
}

/** @throws Problem 404, 409 `conflict`, 412, 422 */
export async function writeSegment(
  store: Writer,
  { environment, key, author, wanted, create }: SegmentWrite,
  { definition: fields, description, tags }: SegmentFields,
): Promise<WrittenSegment> {
  const ref = { environment, kind: 'segment', key } as const;
  const { record, draft } = await writeItem(store, author, ref, wanted, (existing, snapshot) => {
    if (create && existing !== undefined) {
      throw new Problem(409, 'conflict', `There is a segment "${key}" already; PUT changes it.`);
    }
    const before: Segment = create ? { key, version: 0 } : requireSegment(snapshot, key).definition;
    const definition: Segment = { ...before, ...fields, key, version: before.version };
    return { definition, description, tags, warnings: lintedSegment(snapshot, definition) };
  });
  return { record, warnings: draft.warnings };
}

export function segmentBody(
  environment: EnvironmentRef,
  record: SegmentRecord,
  warnings?: readonly Warning[],
) {
  return {
    id: itemId(environment, `segment/${record.key}`),
    segment_name: record.key,
    description: record.description,
    tags: record.tags,
    version: record.version,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    definition: record.definition,
    ...(warnings === undefined ? {} : { warnings }),
  };
}
