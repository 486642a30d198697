import type { Flag } from '../evaluation/model.ts';
import { canonicalJson } from '../shared/canonical-json.ts';
import type { FlagRecord } from './store.ts';

/** One field that a promotion would change. */
export interface FieldDifference {
  /** A JSON Pointer into the flag: `/description`, `/tags`, `/definition/on`, `/definition/rules`. */
  readonly pointer: string;
  /** What the target has now; `undefined` when it has nothing there. */
  readonly before: unknown;
  /** What it would have; `undefined` when there would be nothing. */
  readonly after: unknown;
}

/** The store's own, different in every environment. */
const NOT_COMPARED = new Set(['key', 'version']);

/**
 * What promoting a flag from one environment would change in another, field by field; empty: nothing.
 * Pure; the change itself is a put of `promotedDefinition` with the source's description and tags.
 */
export function promotionDiff(
  source: FlagRecord,
  target: FlagRecord | undefined,
): readonly FieldDifference[] {
  const before = target === undefined ? new Map<string, unknown>() : fieldsOf(target, target.definition);
  const after = fieldsOf(source, promotedDefinition(source, target));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((pointer) => canonicalJson(before.get(pointer)) !== canonicalJson(after.get(pointer)))
    .map((pointer) => ({ pointer, before: before.get(pointer), after: after.get(pointer) }));
}

/** The source's definition, but with the target's salt, so that nobody's bucket moves there. */
export function promotedDefinition({ definition }: FlagRecord, target: FlagRecord | undefined): Flag {
  const salt = target?.definition.salt;
  return salt === undefined ? definition : { ...definition, salt };
}

function fieldsOf({ description, tags }: FlagRecord, definition: Flag): Map<string, unknown> {
  const named = Object.entries(definition).filter(([name]) => !NOT_COMPARED.has(name));
  return new Map<string, unknown>([
    ['/description', description],
    ['/tags', tags],
    ...named.map(([name, value]): [string, unknown] => [`/definition/${escaped(name)}`, value]),
  ]);
}

/** RFC 6901. */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
