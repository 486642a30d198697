import { decodeText } from '../file/file-bytes.ts';
import { JsonListError } from '../../shared/json-list-reader.ts';
import { jsonEntries } from '../file/json-entries.ts';
import { printable } from '../file/printable.ts';
import { checkedRow } from './import-row.ts';
import type { ImportRow } from './import-row.ts';

/** A JSON list of tracks in the playlist's own shape. What cannot be read is a bad row, and so is the end of what can. */
export function* readJsonRows(bytes: Iterable<Uint8Array>): Generator<ImportRow> {
  try {
    for (const { line, text } of jsonEntries(decodeText(bytes))) {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        yield { kind: 'bad', line, reason: `expected JSON, came ${printable(text.trim())}` };
        continue;
      }
      yield checkedRow(value, line);
    }
  } catch (error) {
    if (!(error instanceof JsonListError)) throw error;
    yield { kind: 'bad', line: error.line, reason: `${error.message}; nothing is read from here on` };
  }
}
