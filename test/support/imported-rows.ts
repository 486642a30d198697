import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportRow } from '../../src/playlist/import/import-row.ts';
import { readRows } from '../../src/playlist/import/read-rows.ts';
import type { Track } from '../../src/playlist/playlist.ts';
import { temporaryFolder } from './temporary-folder.ts';

export async function rowsOf(name: string, content: string | Uint8Array): Promise<readonly ImportRow[]> {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  const rows: ImportRow[] = [];
  for await (const row of readRows(file, () => {})) rows.push(row);
  return rows;
}

export function tracksIn(rows: readonly ImportRow[]): readonly Track[] {
  return rows.flatMap((row) => (row.kind === 'track' ? [row.track] : []));
}

/** As `line: reason`. */
export function complaintsIn(rows: readonly ImportRow[]): readonly string[] {
  return rows.flatMap((row) => (row.kind === 'bad' ? [`${row.line}: ${row.reason}`] : []));
}
