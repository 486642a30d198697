import { isRecord } from '../../evaluation/json.ts';
import type { JsonValue } from '../../evaluation/model.ts';
import { readEntry, type SlowrollEntry } from './entry.ts';
import { describe, member, type SlowrollFinding } from './finding.ts';

export type SlowrollSection = ReadonlyMap<string, SlowrollEntry>;
export type SlowrollDocument = ReadonlyMap<string, SlowrollSection>;

export interface SlowrollReading {
  /** What is in service from now on. */
  readonly document: SlowrollDocument;
  readonly findings: readonly SlowrollFinding[];
  /** `false`: there is nothing here to put in the last document's place, and `document` is the last one. */
  readonly isUsable: boolean;
  /** `false`: some section or entry was refused. */
  readonly isWhole: boolean;
}

const NOTHING: SlowrollDocument = new Map();

/**
 * Reads `{section: {key: {…}}}`. What is wrong is named with its path, in plain words; the entries that are right
 * are still in the document, so that one typing error does not take every other value away.
 *
 * @param last what is in service. An entry or a section that is refused stays as it was there; and a text without any
 * section to use (`{}`, or a server's `{"error": "…"}`) changes nothing. To be used, a section must have an entry that is
 * right, or be empty and have been there before: `{"search": {}}` takes the values of `search` away on purpose. Default:
 * nothing is in service.
 */
export function readSlowrollDocument(json: unknown, last: SlowrollDocument = NOTHING): SlowrollReading {
  const findings: SlowrollFinding[] = [];
  const refuse = (path: string, message: string): void => void findings.push({ path, message });
  if (!isRecord(json)) {
    refuse('$', `expected an object of sections, got ${describe(json)}`);
    return { document: last, findings, isUsable: false, isWhole: false };
  }
  const document = new Map<string, SlowrollSection>();
  let isWhole = true;
  let usableSections = 0;
  for (const [name, keys] of Object.entries(json)) {
    const path = member('$', name);
    const before = last.get(name);
    if (!isRecord(keys)) {
      refuse(path, `expected an object of keys, got ${describe(keys)}`);
      isWhole = false;
      if (before !== undefined) document.set(name, before);
      continue;
    }
    const section = new Map<string, SlowrollEntry>();
    let rightEntries = 0;
    for (const [key, value] of Object.entries(keys)) {
      const entry = readEntry(value, member(path, key), findings);
      if (entry === undefined) isWhole = false;
      else rightEntries += 1;
      const kept = entry ?? before?.get(key);
      if (kept !== undefined) section.set(key, kept);
    }
    document.set(name, section);
    const isEmptied = Object.keys(keys).length === 0 && before !== undefined;
    if (rightEntries > 0 || isEmptied) usableSections += 1;
  }
  // A first document may well be empty; one that takes the place of values may not.
  const isUsable = usableSections > 0 || (isWhole && isEmpty(last));
  if (!isUsable && isWhole) refuse('$', 'expected at least one section with values, got none');
  return { document: isUsable ? document : last, findings, isUsable, isWhole };
}

/** The document as JSON again: what was refused is not in it, what was kept is. */
export function writeSlowrollDocument(document: SlowrollDocument): JsonValue {
  return Object.fromEntries(
    [...document].map(([name, section]) => [
      name,
      Object.fromEntries([...section].map(([key, { source }]) => [key, source])),
    ]),
  );
}

function isEmpty(document: SlowrollDocument): boolean {
  return [...document.values()].every((section) => section.size === 0);
}
