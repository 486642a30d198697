import type { Author, EnvironmentRef, FlagRecord, Snapshot } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { type Writer, writeItem } from '../items/change-item.ts';
import { flagDraft, type FlagFields } from './flag-draft.ts';
import { requireFlag } from './flag-record.ts';
import { lintedFlag, type Warning } from '../items/lint-draft.ts';

export interface FlagWrite {
  readonly environment: EnvironmentRef;
  readonly key: string;
  readonly author: Author;
  /** The version in If-Match. */
  readonly wanted?: number | '*' | undefined;
}

export interface WrittenFlag {
  readonly record: FlagRecord;
  readonly warnings: readonly Warning[];
}

/** @throws Problem 404 (environment), 409 `conflict`, 422 */
export function createFlag(store: Writer, write: FlagWrite, fields: FlagFields): Promise<WrittenFlag> {
  return writeFlag(store, write, fields, (current) => {
    if (current === undefined) return undefined;
    throw new Problem(409, 'conflict', `There is a flag "${write.key}" already; PUT changes it.`);
  });
}

/** @throws Problem 404, 412, 422 */
export function updateFlag(store: Writer, write: FlagWrite, fields: FlagFields): Promise<WrittenFlag> {
  return writeFlag(store, write, fields, (_current, snapshot) => requireFlag(snapshot, write.key));
}

async function writeFlag(
  store: Writer,
  { environment, key, author, wanted }: FlagWrite,
  fields: FlagFields,
  base: (current: FlagRecord | undefined, snapshot: Snapshot) => FlagRecord | undefined,
): Promise<WrittenFlag> {
  const ref = { environment, kind: 'flag', key } as const;
  const { record, draft } = await writeItem(store, author, ref, wanted, (current, snapshot) => {
    const definition = flagDraft(base(current, snapshot)?.definition, key, fields);
    const { description, tags } = fields;
    return { definition, description, tags, warnings: lintedFlag(snapshot, definition) };
  });
  return { record, warnings: draft.warnings };
}
