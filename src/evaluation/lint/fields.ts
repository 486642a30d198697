import { isKind } from '../context.ts';
import { isRecord, listOf, present, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import type { FindingReporter } from './finding.ts';

/** Reports each named field that is present and not a boolean. */
export function lintBooleans(item: JsonRecord, names: readonly string[], reporter: FindingReporter): void {
  for (const name of names) {
    const value = present(item[name]);
    if (value !== undefined && typeof value !== 'boolean') {
      reporter.at(name).error('invalid_type', `expected true or false, got ${show(value)}`);
    }
  }
}

/** The Java SDK reads seeds and generations as 32-bit integers. */
export const MAX_INT32 = 2 ** 31 - 1;
/** The Rust SDK reads ratios as unsigned 32-bit integers. */
export const MAX_UINT32 = 2 ** 32 - 1;

/** Reports each named field that is present and not an integer from 0 to `max`. */
export function lintCounts(
  item: JsonRecord,
  names: readonly string[],
  max: number,
  reporter: FindingReporter,
): void {
  for (const name of names) {
    const value = present(item[name]);
    if (value !== undefined && !(Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max)) {
      const range = max === Number.MAX_SAFE_INTEGER ? 'from 0' : `from 0 to ${max}`;
      reporter.at(name).error('invalid_type', `expected a whole number ${range}, got ${show(value)}`);
    }
  }
}

export function lintTexts(item: JsonRecord, names: readonly string[], reporter: FindingReporter): void {
  for (const name of names) {
    const value = present(item[name]);
    if (value !== undefined && typeof value !== 'string') {
      reporter.at(name).error('invalid_type', `expected text, got ${show(value)}`);
    }
  }
}

/** What every flag and segment must have. */
export function lintIdentity(item: JsonRecord, reporter: FindingReporter): void {
  if (typeof item.key !== 'string' || item.key === '') {
    reporter.at('key').error('invalid_type', `expected a key, got ${show(item.key)}`);
  }
  if (!Number.isSafeInteger(item.version)) {
    reporter.at('version').error('invalid_type', `expected a whole number, got ${show(item.version)}`);
  }
  lintTexts(item, ['salt'], reporter);
  lintBooleans(item, ['deleted'], reporter);
}

/** The elements of a list that are objects, each with its reporter; other elements are findings. */
export function recordsIn(
  value: unknown,
  reporter: FindingReporter,
): readonly (readonly [JsonRecord, FindingReporter])[] {
  const list = listOf(value);
  if (list === undefined) {
    reporter.error('invalid_type', `expected a list, got ${show(value)}`);
    return [];
  }
  return list.flatMap((item, index) => {
    if (isRecord(item)) {
      return [[item, reporter.at(index)] as const];
    }
    reporter.at(index).error('invalid_type', `expected an object, got ${show(item)}`);
    return [];
  });
}

/** A kind beside an attribute, a target or a rollout; absent, it is `user`. */
export function lintKind(value: unknown, reporter: FindingReporter): void {
  const kind = present(value);
  if (kind === undefined) {
    return;
  }
  if (kind === '') {
    reporter.error(
      'empty_context_kind',
      'an empty kind means user to some SDKs and no kind to others: leave it out',
    );
  } else if (!isKind(kind)) {
    reporter.error(
      'invalid_kind',
      `expected letters, digits, ".", "_" or "-", and not "kind" or "multi", got ${show(kind)}`,
    );
  }
}

/** The keys of a target or a segment; elements that are not text are findings. */
export function lintKeys(value: unknown, reporter: FindingReporter): readonly string[] {
  const list = Array.isArray(value) ? value : undefined;
  if (list === undefined) {
    reporter.error('invalid_type', `expected a list of keys, got ${show(value)}`);
    return [];
  }
  return list.filter((key: unknown, index): key is string => {
    if (typeof key !== 'string') {
      reporter.at(index).error('invalid_type', `expected a key, got ${show(key)}`);
      return false;
    }
    return true;
  });
}
