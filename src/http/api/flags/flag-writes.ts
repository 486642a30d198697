import type { Author, EnvironmentRef, FlagRecord } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { changeItem, type Writer } from '../items/change-item.ts';
import { requireSnapshot } from '../items/environment-query.ts';
import { flagDraft, type FlagFields } from './flag-draft.ts';
import { requireFlag } from './flag-record.ts';
import { lintedFlag, type Warning } from '../items/lint-draft.ts';

export interface FlagWrite {
  readonly environment: EnvironmentRef;
  readonly key: string;
  readonly author: Author;
  /** What If-Match asked for. */
  readonly wanted?: number | '*' | undefined;
}

export interface WrittenFlag {
  readonly record: FlagRecord;
  readonly warnings: readonly Warning[];
}

/** @throws Problem 404 (environment), 409 `conflict`, 422 */
export async function createFlag(store: Writer, write: FlagWrite, fields: FlagFields): Promise<WrittenFlag> {
  return writeFlag(store, write, fields, () => undefined);
}

/** @throws Problem 404, 412, 422 */
export async function updateFlag(store: Writer, write: FlagWrite, fields: FlagFields): Promise<WrittenFlag> {
  return writeFlag(store, write, fields, () =>
    requireFlag(requireSnapshot(store, write.environment), write.key),
  );
}

async function writeFlag(
  store: Writer,
  { environment, key, author, wanted }: FlagWrite,
  fields: FlagFields,
  find: () => FlagRecord | undefined,
): Promise<WrittenFlag> {
  const { record, extra } = await changeItem(store, author, wanted, () => {
    const snapshot = requireSnapshot(store, environment);
    const current = find();
    if (current === undefined && snapshot.flags.has(key)) {
      throw new Problem(409, 'conflict', `There is a flag "${key}" already; PUT changes it.`);
    }
    const definition = flagDraft(current?.definition, key, fields);
    const warnings = lintedFlag(snapshot, definition);
    const { description, tags } = fields;
    return {
      current: current?.version ?? null,
      extra: warnings,
      change: {
        type: 'put-flag',
        environment,
        key,
        definition,
        ...(description === undefined ? {} : { description }),
        ...(tags === undefined ? {} : { tags }),
      },
    };
  });
  if (record.kind !== 'flag') throw new Error(`writing the flag ${key} answered with a ${record.kind}`);
  return { record, warnings: extra };
}
