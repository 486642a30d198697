import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MultiBar, Presets } from 'cli-progress';
import { PlaylistFileError } from '../file/track-file.ts';
import { importArguments, USAGE } from './import-arguments.ts';
import { importTracks, removeOwnTracks } from './import-tracks.ts';
import type { ImportSummary } from './import-tracks.ts';
import { readRows } from './read-rows.ts';

/** As sysexits.h has them. */
const EXIT = { ok: 0, usage: 64, dataError: 65, ioError: 74 } as const;

/** Bytes; smaller files are read before a bar could be seen. */
const LARGE_FILE = 2_000_000;

export interface ImportCommand {
  readonly args: readonly string[];
  /** Holds the listener's own list. */
  readonly dataDir: string;
  /** Holds `data/tracks.json`, the list that ships. */
  readonly packageDir: string;
  /** Results. */
  readonly out: (text: string) => void;
  /** Complaints. */
  readonly err: (text: string) => void;
  /** Where a progress bar is drawn. Default: none is. */
  readonly terminal?: NodeJS.WriteStream;
}

/** @returns the process's exit code: 0, 64 for bad usage, 65 when nothing was usable, 74 when nothing could be written. */
export async function runImportCommand(command: ImportCommand): Promise<number> {
  const { out, err, dataDir } = command;
  const parsed = importArguments(command.args);
  const ownTrackFile = join(dataDir, 'my-tracks.json');
  try {
    switch (parsed.kind) {
      case 'help':
        out(USAGE);
        return EXIT.ok;
      case 'misused':
        err(`import: ${parsed.reason}\n\n${USAGE}`);
        return EXIT.usage;
      case 'reset':
        out(
          removeOwnTracks(ownTrackFile)
            ? 'Your own list is removed: the list that ships is back.\n'
            : 'There is no list of your own: the list that ships is in service.\n',
        );
        return EXIT.ok;
      case 'import':
        return await importFile(command, parsed.file, ownTrackFile, parsed.append);
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    if (error instanceof PlaylistFileError) {
      err(`import: ${error.message}. Import with --replace to begin anew.\n`);
      return EXIT.dataError;
    }
    if (!(error instanceof Error && 'code' in error)) throw error;
    err(`import: ${error.message}\n`);
    return EXIT.ioError;
  }
}

async function importFile(
  { packageDir, out, err, terminal }: ImportCommand,
  file: string,
  ownTrackFile: string,
  append: boolean,
): Promise<number> {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) {
    err(`import: ${file}: ${stat === undefined ? 'no such file' : 'not a regular file'}\n`);
    return EXIT.dataError;
  }
  const bars =
    terminal === undefined || stat.size < LARGE_FILE
      ? null
      : new MultiBar({ stream: terminal, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  const bar = bars?.create(stat.size, 0);
  // Above the bar, if there is one.
  const complain = (text: string): void => {
    if (bars === null) err(text);
    else bars.log(text);
  };

  const shipped = join(packageDir, 'data', 'tracks.json');
  let summary: ImportSummary;
  try {
    summary = await importTracks({
      rows: readRows(file, (count) => bar?.increment(count)),
      ownTrackFile,
      ...(append ? { after: existsSync(ownTrackFile) ? ownTrackFile : shipped } : {}),
      onBad: (line, reason) => complain(`${file}: line ${line} is skipped: ${reason}\n`),
    });
  } finally {
    bars?.stop();
  }
  out(reportOf(summary, file));
  return summary.imported + summary.duplicates > 0 ? EXIT.ok : EXIT.dataError;
}

function reportOf({ imported, duplicates, bad, filled, total }: ImportSummary, file: string): string {
  const lines = [
    imported === 0
      ? `Nothing new was found in ${file}: the list stays as it is.`
      : `${tracks(imported)} imported from ${file}; the list has ${total} now.`,
  ];
  if (duplicates > 0)
    lines.push(`${tracks(duplicates)} left out, already in the list (same name and artist).`);
  if (bad > 0) lines.push(`${bad} ${bad === 1 ? 'row' : 'rows'} skipped, each named above.`);
  for (const [field, count] of filled) {
    lines.push(`${FILLED_WITH[field]} (not given for ${tracks(count)}).`);
  }
  return `${lines.join('\n')}\n`;
}

const FILLED_WITH = {
  track_name: 'The name is empty',
  artist: 'The artist is "Unknown artist"',
  album_name: 'The album is "Unknown album"',
  track_length: 'The length is "0:00"',
  track_number: 'The track number is the position in the file',
  release_date: 'The release date is "0001-01-01"',
} as const;

function tracks(count: number): string {
  return `${count} ${count === 1 ? 'track' : 'tracks'}`;
}
