import type { ContextKey } from './analytics-event.ts';

const MAX_KINDS = 100;
/**
 * In bytes of UTF-8, and bounded so that the widest key of a table fits PostgreSQL's index rows (2,704 bytes) beside a
 * project, an environment and a flag of 256 bytes each: https://www.postgresql.org/docs/current/btree.html
 */
const MAX_KEY_BYTES = 1_024;
const MAX_KIND_BYTES = 256;

type Fields = { readonly [name: string]: unknown };

/** The ways a sender says who: schema 4's `context`, its older `contextKeys`, schema 2's `user`, schema 3's `userKey`. */
export interface Whose {
  readonly context?: Fields | undefined;
  readonly contextKeys?: Fields | undefined;
  readonly user?: Fields | undefined;
  readonly userKey?: string | number | undefined;
}

/** Every kind with its key; undefined when no context is named. */
export function contextKeysOf(whose: Whose): readonly ContextKey[] | undefined {
  if (whose.context !== undefined) return keysOfContext(whose.context);
  if (whose.contextKeys !== undefined) return pairs(Object.entries(whose.contextKeys));
  return pairs([['user', whose.userKey ?? whose.user?.['key']]]);
}

function keysOfContext(context: Fields): readonly ContextKey[] | undefined {
  const kind = context['kind'];
  if (kind !== 'multi') return pairs([[kind ?? 'user', context['key']]]);
  return pairs(
    Object.entries(context)
      .filter(([name]) => name !== 'kind')
      .map(([name, single]) => [name, isFields(single) ? single['key'] : undefined]),
  );
}

function pairs(
  entries: readonly (readonly [kind: unknown, key: unknown])[],
): readonly ContextKey[] | undefined {
  if (entries.length === 0 || entries.length > MAX_KINDS) return undefined;
  const keys: ContextKey[] = [];
  for (const [kind, key] of entries) {
    // Keys of legacy users may be numbers.
    const text = typeof key === 'number' ? String(key) : key;
    if (typeof kind !== 'string' || kind === '' || !isStorable(kind, MAX_KIND_BYTES)) return undefined;
    if (typeof text !== 'string' || !isStorable(text, MAX_KEY_BYTES)) return undefined;
    keys.push({ kind, key: text });
  }
  return keys;
}

/** PostgreSQL keeps no NUL, and SQLite's length stops at one. */
export const isStorable = (text: string, maxBytes: number): boolean =>
  text.length <= maxBytes &&
  // A UTF-16 unit is at most three bytes of UTF-8, so short texts need not be counted.
  (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) &&
  !text.includes('\0');

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
