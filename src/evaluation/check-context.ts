import { isKind } from './context.ts';
import { isRecord, type JsonRecord } from './json.ts';
import type { Context } from './model.ts';
import { show } from './show.ts';

export const MAX_CONTEXT_DEPTH = 32;
export const MAX_CONTEXT_KINDS = 100;

export type ContextCheck =
  | { readonly ok: true; readonly context: Context }
  | { readonly ok: false; readonly problem: string };

/**
 * Is this a context to take from outside? Stricter than the evaluator, which reads what LaunchDarkly's node SDK reads:
 * more than 100 kinds, more than 32 levels and a `_meta` of another shape are refused here.
 */
export function checkContext(value: unknown): ContextCheck {
  if (!isContext(value)) {
    return { ok: false, problem: `expected a context object, got ${show(value)}` };
  }
  const problem = findProblem(value);
  return problem === undefined ? { ok: true, context: value } : { ok: false, problem };
}

/** An object: whether its parts are right is looked at next. */
function isContext(value: unknown): value is Context {
  return isRecord(value);
}

function findProblem(value: JsonRecord): string | undefined {
  if (isTooDeep(value, MAX_CONTEXT_DEPTH)) {
    return `expected at most ${MAX_CONTEXT_DEPTH} levels of nesting`;
  }
  const { kind } = value;
  if (kind === undefined || kind === null) {
    return legacyProblem(value);
  }
  if (kind === 'multi') {
    return multiProblem(value);
  }
  return isKind(kind)
    ? partProblem(value, '')
    : `expected kind to be letters, digits, ".", "_" or "-", and not "kind", got ${show(kind)}`;
}

function legacyProblem(user: JsonRecord): string | undefined {
  const { key, custom, privateAttributeNames } = user;
  if (typeof key !== 'string' && typeof key !== 'number') {
    return `expected a kind, or for a user without one a key, got key ${show(key)}`;
  }
  if (custom !== undefined && custom !== null && !isRecord(custom)) {
    return `expected custom to be an object, got ${show(custom)}`;
  }
  return isNameList(privateAttributeNames)
    ? undefined
    : `expected privateAttributeNames to be a list of names, got ${show(privateAttributeNames)}`;
}

function multiProblem(context: JsonRecord): string | undefined {
  const kinds = Object.keys(context).filter((name) => name !== 'kind');
  if (kinds.length === 0 || kinds.length > MAX_CONTEXT_KINDS) {
    return `expected 1 to ${MAX_CONTEXT_KINDS} kinds in a multi-context, got ${kinds.length}`;
  }
  for (const kind of kinds) {
    const part = context[kind];
    if (!isKind(kind)) {
      return `expected a kind of letters, digits, ".", "_" or "-", and not "multi", got ${show(kind)}`;
    }
    if (!isRecord(part)) {
      return `expected ${kind} to be an object, got ${show(part)}`;
    }
    const problem = partProblem(part, `${kind}.`);
    if (problem !== undefined) {
      return problem;
    }
  }
  return undefined;
}

function partProblem(part: JsonRecord, where: string): string | undefined {
  if (typeof part.key !== 'string' || part.key === '') {
    return `expected ${where}key to be a text that is not empty, got ${show(part.key)}`;
  }
  const meta = part['_meta'] ?? {};
  if (!isRecord(meta)) {
    return `expected ${where}_meta to be an object, got ${show(meta)}`;
  }
  return isNameList(meta.privateAttributes)
    ? undefined
    : `expected ${where}_meta.privateAttributes to be a list of names, got ${show(meta.privateAttributes)}`;
}

function isNameList(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (Array.isArray(value) && value.every((name) => typeof name === 'string'))
  );
}

/** Walks down no further than allowed, so that the depth of the input cannot exhaust the stack. */
function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}
