import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import writeFileAtomic from 'write-file-atomic';
import type { AuditEntry } from '../store.ts';
import { parseEntry } from '../stored-json.ts';
import { CHAIN_START, type ChainPlace, followChain } from './audit-chain.ts';

/** Twelve digits, so that the names sort as the entries came. */
const ARCHIVE_NAME = /^audit-\d{12}\.ndjson$/;

/**
 * Writes entries that follow one another into a file of the folder, an entry a line, for its owner alone. It is on the
 * disk when this resolves. A file that begins with the same entry is replaced.
 */
export async function writeArchive(
  folder: string,
  entries: readonly [AuditEntry, ...AuditEntry[]],
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `audit-${String(entries[0].id).padStart(12, '0')}.ndjson`);
  const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  await writeFileAtomic(file, lines, { mode: 0o600 });
  return file;
}

/**
 * Follows the chain through all archives of a folder; where there is none, it has not begun.
 *
 * @throws Error when a file cannot be read
 */
export async function followArchives(folder: string): ReturnType<typeof followChain> {
  return followChain(CHAIN_START, archivedEntries(folder));
}

/** What a run that was cut off left comes again in the next file; each entry is passed on once. */
async function* archivedEntries(folder: string): AsyncGenerator<AuditEntry> {
  let last: ChainPlace['auditId'] = 0;
  for (const name of await archiveNames(folder)) {
    const lines = createInterface({ input: createReadStream(join(folder, name)) });
    let number = 0;
    for await (const line of lines) {
      number += 1;
      const entry = entryOf(line, `${name}:${number}`);
      if (entry.id <= last) continue;
      last = entry.id;
      yield entry;
    }
  }
}

async function archiveNames(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => ARCHIVE_NAME.test(name)).toSorted();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function entryOf(line: string, where: string): AuditEntry {
  try {
    return parseEntry(line);
  } catch (error) {
    throw new Error(`${where} is not an entry of an audit log`, { cause: error });
  }
}
