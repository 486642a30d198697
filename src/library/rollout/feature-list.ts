import { FeatureError, unexpected } from './feature-error.ts';

/**
 * The features of a JSON list by their names, each as text and not looked into, so that an unreadable one spoils no other.
 * @throws FeatureError, naming `where`, for what is no list, and for an item without a name or with that of another
 */
export function readFeatureList(json: string, where: string): Map<string, string> {
  let items: unknown;
  try {
    items = JSON.parse(json);
  } catch (error) {
    throw new FeatureError(`${where}: expected a JSON list of features, got no JSON`, { cause: error });
  }
  if (!Array.isArray(items)) throw unexpected(where, 'a JSON list of features', items);
  const texts = new Map<string, string>();
  for (const [index, item] of items.entries()) {
    const name = nameOf(item);
    if (name === undefined) throw unexpected(`${where}: item ${index}`, 'a feature with a name', item);
    if (texts.has(name)) throw new FeatureError(`${where}: item ${index}: feature ${name} is there twice`);
    texts.set(name, JSON.stringify(item));
  }
  return texts;
}

/** The list with `next` (undefined: nothing) in the place of the feature that `name` names, indented for people. */
export function writeFeatureList(
  texts: ReadonlyMap<string, string>,
  name: string,
  next: string | undefined,
): string {
  const changed = new Map(texts);
  if (next === undefined) changed.delete(name);
  else changed.set(name, next);
  const items = [...changed.values()].map((text): unknown => JSON.parse(text));
  return `${JSON.stringify(items, null, 2)}\n`;
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('name' in item)) return undefined;
  return typeof item.name === 'string' ? item.name : undefined;
}
