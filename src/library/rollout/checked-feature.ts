import * as z from 'zod';
import { FeatureError, unexpected } from './feature-error.ts';
import type { FeatureData } from './feature.ts';

/** A deeper value is probably circular. */
const MAX_DEPTH = 100;

/** What a field must be, and what is in it. */
const EXPECTED: { readonly [field: string]: readonly [string, string?] } = {
  name: ['a text without NUL and without half of a surrogate pair'],
  groups: ['a list of names of groups', 'the name of a group, a text'],
  users: ['a list of user ids', 'a user id, a text or a number'],
  percentage: ['a percentage from 0 to 100'],
  randomize: ['true or false'],
  property: ['an object', 'a text, a finite number, true or false, or a list of them'],
  predicate: ['true or false'],
  data: ['an object'],
} satisfies Record<keyof FeatureData, readonly [string, string?]>;

const feature = z.looseObject({
  name: z.string().refine(isName),
  groups: z.array(z.string()),
  users: z.array(z.string()),
  percentage: z.number().min(0).max(100),
  randomize: z.boolean(),
  property: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))),
  predicate: z.boolean().exactOptional(),
  data: z.record(z.string(), z.unknown()),
});

/**
 * Checks a feature from anywhere, so that every storage keeps it unchanged.
 * @throws FeatureError that names the feature and the field, with what was expected and what came.
 */
export function checked(value: unknown): FeatureData {
  const parsed = feature.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.map(String) ?? [];
    const where = [nameIn(value), path.join('.')].filter((part) => part !== '').join(': ');
    const [whole, inside = whole] = EXPECTED[path[0] ?? ''] ?? ['an object'];
    throw unexpected(where, path.length > 1 ? inside : whole, issue?.input);
  }
  const { name, groups } = parsed.data;
  if (name === '') throw new FeatureError('a feature needs a name, got an empty one');
  if (groups.includes('ALL') && groups.includes('NONE')) {
    throw new FeatureError(`feature ${name}: groups ALL and NONE exclude each other`);
  }
  refuseWhatJsonLoses(value, `feature ${name}`);
  return parsed.data;
}

/** Checks a feature's name before a storage sees it. @throws FeatureError */
export function checkedName(name: unknown): string {
  if (typeof name === 'string' && isName(name)) return name;
  throw unexpected("a feature's name", EXPECTED['name']?.[0] ?? '', name);
}

function isName(name: string): boolean {
  return name.isWellFormed() && !name.includes('\0');
}

/** Checks that an application's data is an object; its values are checked with the feature. @throws FeatureError */
export function checkedData(name: string, data: unknown): FeatureData['data'] {
  if (!isPlainObject(data)) throw unexpected(`feature ${name}: data`, 'an object', data);
  return { ...data };
}

function nameIn(value: unknown): string {
  return typeof value === 'object' && value !== null && 'name' in value
    ? `feature ${String(value.name)}`
    : 'a feature';
}

/** `__proto__` is refused although JSON keeps it: programs that copy objects by assignment do not. */
function refuseWhatJsonLoses(value: unknown, where: string, depth = 0): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
    return;
  if (depth > MAX_DEPTH)
    throw new FeatureError(`${where}: is more than ${MAX_DEPTH} levels deep, or circular`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseWhatJsonLoses(item, `${where}: ${index}`, depth + 1);
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') throw new FeatureError(`${where}: a field cannot be called __proto__`);
      refuseWhatJsonLoses(item, `${where}: ${key}`, depth + 1);
    }
  } else {
    throw unexpected(where, 'what JSON keeps (text, finite number, true, false, null, list, object)', value);
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
