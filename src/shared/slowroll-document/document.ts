import { isRecord } from '../../evaluation/json.ts';
import type { JsonValue } from '../../evaluation/model.ts';
import { readEntry, type SlowrollEntry } from './entry.ts';
import { describe, member, type SlowrollFinding } from './finding.ts';

export type SlowrollSection = ReadonlyMap<string, SlowrollEntry>;
export type SlowrollDocument = ReadonlyMap<string, SlowrollSection>;

export interface SlowrollReading {
  /** The document to use from now on. */
  readonly document: SlowrollDocument;
  readonly findings: readonly SlowrollFinding[];
  /** `false`: there is nothing usable, and `document` is the last one. */
  readonly isUsable: boolean;
  /** `false`: some section or entry was refused. */
  readonly isWhole: boolean;
}

const NOTHING: SlowrollDocument = new Map();

/**
 * Reads `{section: {key: {…}}}`. Each finding names the path of what is wrong; valid entries are in the document all
 * the same, so that one typing error does not remove every other value.
 *
 * @param last the document in use. A refused entry or section stays as it was there, and JSON without a usable section
 * (`{}`, or a server's `{"error": "…"}`) changes nothing. A usable section has a valid entry, or is empty and was there
 * before: `{"search": {}}` removes the values of `search` on purpose. Default: an empty document.
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

/** The document as JSON, without what was refused. */
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
