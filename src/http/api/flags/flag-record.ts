import type { EnvironmentRef, FlagRecord } from '../../../store/store.ts';
import { simpleFields } from '../../../store/simple-flag.ts';
import { itemId } from '../items/item-id.ts';
import type { Warning } from '../items/lint-draft.ts';

/** A flag as the microservice had it, with more behind it. `warnings` only in responses to writes. */
export function flagBody(environment: EnvironmentRef, record: FlagRecord, warnings?: readonly Warning[]) {
  return {
    id: itemId(environment, record.key),
    flag_name: record.key,
    ...simpleFields(record),
    bucketing: record.definition.bucketing ?? null,
    client_side:
      record.definition.clientSideAvailability?.usingEnvironmentId ?? record.definition.clientSide ?? false,
    description: record.description,
    tags: record.tags,
    version: record.version,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    definition: record.definition,
    ...(warnings === undefined ? {} : { warnings }),
  };
}
