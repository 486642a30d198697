import type * as z from 'zod';
import type { Segment } from '../../../evaluation/model.ts';
import type { EnvironmentRef, SegmentRecord } from '../../../store/store.ts';
import { itemId } from '../items/item-id.ts';
import type { Warning } from '../items/lint-draft.ts';
import type { segmentUpdateSchema } from './segment-schemas.ts';

/** The definition that a body makes of what is there. */
export function segmentDraft(
  before: Segment | undefined,
  key: string,
  fields: z.output<typeof segmentUpdateSchema>['definition'],
): Segment {
  const { version } = before ?? { version: 0 };
  return { ...before, ...fields, key, version };
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
