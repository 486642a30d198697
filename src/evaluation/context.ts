import { isRecord, primitiveText, type JsonRecord } from './json.ts';

/**
 * A context that was checked: single, or multi with two kinds or more. It is read in place, not copied; only a legacy
 * user and a multi-context with one kind become a new object.
 */
export interface CheckedContext extends JsonRecord {
  readonly kind: string;
}

const LEGACY_ATTRIBUTES = ['name', 'ip', 'firstName', 'lastName', 'email', 'avatar', 'country'] as const;

/** Letters, digits, `_`, `.` and `-`; not the word `kind`, nor `multi`, which is no kind but the sign of several. */
export function isKind(text: unknown): text is string {
  if (typeof text !== 'string' || text.length === 0 || text === 'kind' || text === 'multi') {
    return false;
  }
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const letter = (code | 32) >= 97 && (code | 32) <= 122;
    if (!letter && !(code >= 48 && code <= 57) && code !== 95 && code !== 45 && code !== 46) {
      return false;
    }
  }
  return true;
}

/** The context to evaluate, or `undefined` where LaunchDarkly's SDKs answer `USER_NOT_SPECIFIED`. */
export function readContext(value: unknown): CheckedContext | undefined {
  return isSingle(value) ? value : readOther(value);
}

/** By far the most contexts are users, so this is checked first. */
export function isUser(value: unknown): value is CheckedContext {
  return isObject(value) && value.kind === 'user' && isKey(value.key);
}

function isSingle(value: unknown): value is CheckedContext {
  return isObject(value) && isKind(value.kind) && isKey(value.key);
}

function isObject(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null;
}

function readOther(value: unknown): CheckedContext | undefined {
  if (!isRecord(value)) {
    return undefined;
  }
  if (value.kind === undefined || value.kind === null) {
    return readLegacy(value);
  }
  return isMulti(value) ? readMulti(value) : undefined;
}

function isMulti(value: JsonRecord): value is CheckedContext {
  return value.kind === 'multi';
}

function isKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '';
}

function readMulti(value: CheckedContext): CheckedContext | undefined {
  const names = Object.keys(value);
  let kinds = 0;
  let only: JsonRecord | undefined;
  let onlyKind = '';
  for (const name of names) {
    if (name === 'kind') {
      continue;
    }
    const part = value[name];
    if (!isKind(name) || !isRecord(part) || !isKey(part.key)) {
      return undefined;
    }
    kinds += 1;
    only = part;
    onlyKind = name;
  }
  if (kinds === 0) {
    return undefined;
  }
  return kinds === 1 ? { ...only, kind: onlyKind } : value;
}

/** The shape from before contexts: its key, as text, may be empty; its own attributes stand under `custom`. */
function readLegacy(user: JsonRecord): CheckedContext | undefined {
  const key = primitiveText(user.key);
  if (key === undefined) {
    return undefined;
  }
  const custom = typeof user.custom === 'object' ? user.custom : undefined;
  const context: { kind: string; [name: string]: unknown } = {
    ...custom,
    kind: 'user',
    key,
  };
  if (user.anonymous !== undefined && user.anonymous !== null) {
    context.anonymous = Boolean(user.anonymous);
  }
  for (const name of LEGACY_ATTRIBUTES) {
    if (user[name] !== undefined && user[name] !== null) {
      context[name] = user[name];
    }
  }
  if (Array.isArray(user.privateAttributeNames)) {
    context['_meta'] = { privateAttributes: user.privateAttributeNames };
  }
  return context;
}

/** `multi` is not a kind, so a clause on it asks for a kind that no context has. */
export function askedKind(kind: string): string {
  return kind === 'multi' ? '' : kind;
}

/** The individual context of one kind. */
export function contextOfKind(context: CheckedContext, kind: string): JsonRecord | undefined {
  if (context.kind === kind) {
    return kind === 'multi' ? undefined : context;
  }
  if (context.kind !== 'multi' || kind === 'kind' || !Object.hasOwn(context, kind)) {
    return undefined;
  }
  const part = context[kind];
  return isRecord(part) ? part : undefined;
}

/** The key of the individual context of one kind; a legacy user's may be empty. */
export function keyOfKind(context: CheckedContext, kind: string): string | undefined {
  const key = (context.kind === kind ? context : contextOfKind(context, kind))?.key;
  return typeof key === 'string' ? key : undefined;
}

export function kindsOf(context: CheckedContext): readonly string[] {
  return context.kind === 'multi' ? Object.keys(context).filter((name) => name !== 'kind') : [context.kind];
}
