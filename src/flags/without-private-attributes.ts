import type { Context } from '../evaluation/model.ts';

/** What a context is found by is never private. */
const ALWAYS_PUBLIC = new Set(['kind', 'key', 'anonymous', '_meta']);

/** How the names of both lists of private attributes begin in JSON. */
const PRIVATE_MARK = '"privateAttribute';

type Attributes = { [name: string]: unknown };

const isAttributes = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** An attribute reference: a path when it starts with a slash (`~1` is a slash, `~0` a tilde), else a name. */
const pathOf = (reference: string): readonly string[] =>
  reference.startsWith('/')
    ? reference
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [reference];

function remove(attributes: Attributes, reference: string): void {
  const path = pathOf(reference);
  const last = path.at(-1);
  if (last === undefined || (path.length === 1 && ALWAYS_PUBLIC.has(last))) return;
  let parent: unknown = attributes;
  for (const step of path.slice(0, -1)) {
    if (!isAttributes(parent) || !Object.hasOwn(parent, step)) return;
    parent = parent[step];
  }
  if (isAttributes(parent)) Reflect.deleteProperty(parent, last);
}

function removeNamedInMeta(attributes: Attributes): void {
  if (!isAttributes(attributes['_meta'])) return;
  for (const reference of strings(attributes['_meta']['privateAttributes'])) remove(attributes, reference);
}

/**
 * The context as JSON, without the values that it marks as private: in `_meta.privateAttributes` (names or
 * references into objects), or in a legacy user's `privateAttributeNames`. The names stay, so that a reader can
 * tell what is missing. Throws what `JSON.stringify` throws: cycles, nesting beyond the stack.
 */
export function withoutPrivateAttributes(context: Context): string {
  const json = JSON.stringify(context);
  // Nearly every context: nothing in it is private.
  if (!json.includes(PRIVATE_MARK)) return json;
  const copy: unknown = JSON.parse(json);
  if (!isAttributes(copy)) return JSON.stringify(copy);
  if ((copy['kind'] ?? null) === null) {
    for (const name of strings(copy['privateAttributeNames'])) {
      if (!ALWAYS_PUBLIC.has(name)) Reflect.deleteProperty(copy, name);
      if (isAttributes(copy['custom'])) Reflect.deleteProperty(copy['custom'], name);
    }
  } else if (copy['kind'] === 'multi') {
    for (const single of Object.values(copy)) if (isAttributes(single)) removeNamedInMeta(single);
  } else {
    removeNamedInMeta(copy);
  }
  return JSON.stringify(copy);
}
