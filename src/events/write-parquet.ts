import { type BasicType, fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { ExportedEvent } from './export-events.ts';

const COLUMNS: readonly (readonly [name: string, type: BasicType])[] = [
  ['type', 'STRING'],
  ['at', 'TIMESTAMP'],
  ['context_kind', 'STRING'],
  ['context_key', 'STRING'],
  ['event_key', 'STRING'],
  ['value', 'DOUBLE'],
  ['flag_key', 'STRING'],
  ['flag_version', 'INT64'],
  ['variation', 'INT32'],
  ['last_at', 'TIMESTAMP'],
  ['times', 'INT64'],
];

/** Rows of one group: so many are in memory at once. */
const GROUP_ROWS = 50_000;

/** Writes events as one Parquet file with a column for each field; a field that a type of event has not is null. */
export async function writeParquet(file: string, events: AsyncIterable<ExportedEvent>): Promise<void> {
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema: schemaFromColumnData({
      columnData: COLUMNS.map(([name, type]) => ({ name, type, data: [], nullable: true })),
    }),
  });
  let rows: ExportedEvent[] = [];
  const writeGroup = async (): Promise<void> => {
    if (rows.length === 0) return;
    const fields = rows.map((row) => new Map<string, unknown>(Object.entries(row)));
    await writer.write({
      columnData: COLUMNS.map(([name, type]) => ({
        name,
        type,
        nullable: true,
        data: fields.map((row) => valueOf(type, row.get(name))),
      })),
    });
    rows = [];
  };
  for await (const event of events) {
    rows.push(event);
    if (rows.length === GROUP_ROWS) await writeGroup();
  }
  await writeGroup();
  await writer.finish();
}

function valueOf(type: BasicType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'TIMESTAMP' && typeof value === 'string') return new Date(value);
  return type === 'INT64' && typeof value === 'number' ? BigInt(value) : value;
}
