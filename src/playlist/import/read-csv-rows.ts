import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { printable } from '../file/printable.ts';
import { columnsOf, inWordsOfHeader, rawTrackOf } from './csv-columns.ts';
import type { CsvColumns } from './csv-columns.ts';
import { completeTrack } from './import-row.ts';
import type { ImportRow } from './import-row.ts';

/** Bytes; a row of real exports has under two thousand. */
const MAX_ROW_BYTES = 1024 * 1024;

/** A header line, then a track a row; separated by comma, semicolon or tab, whichever the header has most of. */
export async function* readCsvRows(bytes: Iterable<Uint8Array>): AsyncGenerator<ImportRow> {
  const iterator = bytes[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true) return;
  // The chunks are read into one buffer again and again, and a stream keeps them for a while.
  function* copies(): Generator<Buffer> {
    for (let next = first; next.done !== true; next = iterator.next()) yield Buffer.from(next.value);
  }
  const start = Buffer.from(first.value).toString('latin1');
  const skipped: ImportRow[] = [];
  const parser = Readable.from(copies(), { objectMode: false }).pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(start),
      info: true,
      max_record_size: MAX_ROW_BYTES,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
    }),
  );
  parser.on('skip', (error: CsvError) => {
    skipped.push({ kind: 'bad', line: Number(error['lines'] ?? 0), reason: error.message });
  });

  let columns: CsvColumns | null = null;
  let headings: readonly string[] = [];
  let position = 0;
  try {
    for await (const { info, record } of parser as AsyncIterable<Parsed>) {
      // The parser runs ahead: what it skipped further down waits until the rows before it are out.
      const next = skipped.findIndex(({ line }) => line > info.lines);
      yield* skipped.splice(0, next === -1 ? skipped.length : next);
      if (columns === null) {
        columns = columnsOf(record);
        headings = record;
        if (columns !== null) continue;
        const reason = `expected a header with a column such as "Track Name", came ${printable(record.join(','), 120)}`;
        return yield { kind: 'bad', line: info.lines, reason };
      }
      position++;
      yield rowOf(record, headings, columns, { line: info.lines, position });
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    skipped.push({ kind: 'bad', line: Number(error['lines'] ?? 0), reason: error.message });
  }
  yield* skipped;
}

function rowOf(
  record: readonly string[],
  headings: readonly string[],
  columns: CsvColumns,
  { line, position }: { readonly line: number; readonly position: number },
): ImportRow {
  if (record.length < headings.length) {
    const reason = `expected ${headings.length} fields, as the header has, came ${record.length}`;
    return { kind: 'bad', line, reason };
  }
  const row = completeTrack(rawTrackOf(record, columns), line, position);
  return row.kind === 'bad' ? { ...row, reason: inWordsOfHeader(row.reason, headings, columns) } : row;
}

interface Parsed {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

function delimiterOf(start: string): string {
  const header = start.slice(0, start.search(/[\r\n]|$/));
  const counts = [',', ';', '\t'].map((delimiter) => [delimiter, header.split(delimiter).length] as const);
  return counts.reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}
