import type { Author, ItemKind, ItemRef, RecordByKind, Snapshot } from '../../../store/store.ts';
import { didYouMean } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import { type Writer, writeItem } from './change-item.ts';
import { linted, type Warning } from './lint-draft.ts';

type Definition<Kind extends ItemKind> = RecordByKind[Kind]['definition'];

const RECORDS: {
  readonly [Kind in ItemKind]: (snapshot: Snapshot) => ReadonlyMap<string, RecordByKind[Kind]>;
} = { flag: ({ flags }) => flags, segment: ({ segments }) => segments };

/** @throws Problem 404 `not_found` */
export function requireItem<Kind extends ItemKind>(
  snapshot: Snapshot,
  kind: Kind,
  name: string,
): RecordByKind[Kind] {
  const records = RECORDS[kind](snapshot);
  const record = records.get(name);
  if (record !== undefined) return record;
  const detail = `There is no ${kind} "${name}" here.${didYouMean(name, records.keys())}`;
  throw new Problem(404, 'not_found', detail);
}

export interface ItemPut<Kind extends ItemKind> extends ItemRef<Kind> {
  readonly author: Author;
  /** Create only, or change only. */
  readonly create: boolean;
  /** The version in If-Match. */
  readonly wanted?: number | '*' | undefined;
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
}

/**
 * Makes a flag or a segment, or changes it.
 * @param draft makes the new definition of the one that is there; undefined: there is none
 * @throws Problem 404, 409 `conflict`, 412, 422
 */
export async function putItem<Kind extends ItemKind>(
  store: Writer,
  { environment, kind, key, author, create, wanted, description, tags }: ItemPut<Kind>,
  draft: (before: Definition<Kind> | undefined) => Definition<Kind>,
): Promise<{ readonly record: RecordByKind[Kind]; readonly warnings: readonly Warning[] }> {
  const ref = { environment, kind, key };
  const written = await writeItem(store, author, ref, wanted, (current, snapshot) => {
    if (create && current !== undefined) {
      throw new Problem(409, 'conflict', `There is a ${kind} "${key}" already; PUT changes it.`);
    }
    const definition = draft(create ? undefined : requireItem(snapshot, kind, key).definition);
    return { definition, description, tags, warnings: linted(snapshot, kind, definition) };
  });
  return { record: written.record, warnings: written.draft.warnings };
}
