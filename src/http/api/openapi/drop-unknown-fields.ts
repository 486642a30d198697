import type * as z from 'zod';
import { jsonPointer } from '../../input/json-pointer.ts';
import type { Warning } from '../items/lint-draft.ts';

/**
 * A copy of a JSON value without the fields that a schema does not know, and what they were. A file of a newer program
 * can so be read as far as it is understood, and says what was left out.
 */
export function dropUnknownFields(
  schema: z.ZodType,
  value: unknown,
): { readonly value: unknown; readonly dropped: readonly Warning[] } {
  const result = schema.safeParse(value);
  const unknown = (result.error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [],
  );
  if (unknown.length === 0) return { value, dropped: [] };
  const copy: unknown = JSON.parse(JSON.stringify(value));
  for (const path of unknown) removeAt(copy, path);
  return {
    value: copy,
    dropped: unknown.map((path) => ({
      code: 'unknown_field',
      pointer: jsonPointer(path),
      detail: 'this program does not know the field, so it was left out',
    })),
  };
}

function removeAt(value: unknown, path: readonly PropertyKey[]): void {
  const last = path.at(-1);
  let at = value;
  for (const step of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return;
    at = Reflect.get(at, step);
  }
  if (typeof at === 'object' && at !== null && last !== undefined) Reflect.deleteProperty(at, last);
}
