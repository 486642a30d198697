import { extname } from 'node:path';
import { fileBytes } from '../file/file-bytes.ts';
import type { ImportRow } from './import-row.ts';
import { readCsvRows } from './read-csv-rows.ts';
import { readJsonRows } from './read-json-rows.ts';
import { readM3u8Rows } from './read-m3u8-rows.ts';

export type ImportFormat = 'json' | 'csv' | 'm3u8';

type Reader = (bytes: Iterable<Uint8Array>) => Iterable<ImportRow> | AsyncIterable<ImportRow>;

const READERS: Readonly<Record<ImportFormat, Reader>> = {
  json: readJsonRows,
  csv: readCsvRows,
  m3u8: readM3u8Rows,
};

const FORMATS: ReadonlyMap<string, ImportFormat> = new Map([
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.m3u', 'm3u8'],
  ['.m3u8', 'm3u8'],
]);

/** By the file's extension; without one that is known, by how it begins. */
export function formatOf(file: string, start: Uint8Array): ImportFormat {
  const text = new TextDecoder().decode(start.subarray(0, 200)).trimStart();
  if (text.startsWith('#EXT')) return 'm3u8';
  return FORMATS.get(extname(file).toLowerCase()) ?? (text.startsWith('[') ? 'json' : 'csv');
}

/**
 * The entries of a file in any of the formats, in its order.
 * @param onBytes gets the number of bytes of each chunk that was read.
 * @throws what the file system throws.
 */
export async function* readRows(file: string, onBytes: (count: number) => void): AsyncGenerator<ImportRow> {
  const bytes = fileBytes(file);
  const first = bytes.next();
  if (first.done === true) return;
  function* counted(): Generator<Uint8Array> {
    try {
      for (let next = first; next.done !== true; next = bytes.next()) {
        onBytes(next.value.length);
        yield next.value;
      }
    } finally {
      bytes.return(undefined);
    }
  }
  yield* READERS[formatOf(file, first.value)](counted());
}
