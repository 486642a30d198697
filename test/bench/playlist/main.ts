import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDatabase } from '../../../src/playlist/database/build-database.ts';
import { openDatabase } from '../../../src/playlist/database/playlist-database.ts';
import type { PlaylistDatabase } from '../../../src/playlist/database/playlist-database.ts';
import { temporaryNameFor } from '../../../src/playlist/file/temporary-files.ts';
import { createTrackWriter } from '../../../src/playlist/file/write-tracks.ts';
import { generateTracks, mulberry32 } from '../../support/generate-tracks.ts';
import type { Track } from '../../../src/playlist/playlist.ts';
import { pageFamilies, searchFamilies } from './queries.ts';
import type { Family } from './queries.ts';

/**
 * Does a page at any depth of a million tracks take at most twice what it takes of a thousand, and a search, whatever is
 * typed, less than 5 ms at p99? `npm run bench:playlist [-- TRACKS]`
 */
const SMALL = 1000;
const LARGE = Number(process.argv[2] ?? 1_000_000);
/** Of each family. */
const QUERIES = 400;
const ROUNDS = 3;

interface Times {
  readonly median: number;
  readonly p99: number;
  /** Of all rounds, with whatever else the machine did meanwhile. */
  readonly rawP99: number;
}

interface Subject {
  readonly size: number;
  readonly database: PlaylistDatabase;
  readonly pages: readonly Family[];
  readonly searches: readonly Family[];
}

const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-'));
try {
  const small = subjectOf(SMALL);
  const large = subjectOf(LARGE);
  console.log(`\n${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`);
  console.log(
    `milliseconds of ${QUERIES} queries: median and p99 of the least of ${ROUNDS} rounds for each, raw p99 of all; × compares the medians\n`,
  );
  report('Pages of 50 at any depth', small, large, (subject) => subject.pages);
  report('Searches, first 50', small, large, (subject) => subject.searches);
  small.database.close();
  large.database.close();
} finally {
  if (existsSync(folder)) rmSync(folder, { recursive: true });
}

function subjectOf(size: number): Subject {
  const trackFile = join(folder, `${size}.json`);
  const databaseFile = join(folder, `${size}.db`);
  const writer = createTrackWriter(trackFile);
  const sample: Track[] = [];
  let number = 0;
  for (const track of generateTracks(size)) {
    writer.write(track);
    if (number++ % Math.ceil(size / 1000) === 0) sample.push(track);
  }
  writer.end();
  let start = performance.now();
  buildDatabase({ trackFile, databaseFile, temporaryFile: temporaryNameFor(databaseFile) });
  const buildMs = performance.now() - start;
  start = performance.now();
  const database = openDatabase(databaseFile);
  const openMs = performance.now() - start;
  const megabytes = (file: string): string => (statSync(file).size / 1e6).toFixed(1);
  console.log(
    `${size} tracks: file ${megabytes(trackFile)} MB, database ${megabytes(databaseFile)} MB, ` +
      `built in ${(buildMs / 1000).toFixed(1)} s, opened in ${openMs.toFixed(0)} ms`,
  );
  return {
    size,
    database,
    pages: pageFamilies(database, QUERIES, mulberry32(7)),
    searches: searchFamilies(database, sample, QUERIES, mulberry32(7)),
  };
}

function report(
  title: string,
  small: Subject,
  large: Subject,
  familiesOf: (subject: Subject) => readonly Family[],
): void {
  const width = 30;
  const cell = (value: string): string => value.padStart(9);
  console.log(
    title.padEnd(width) +
      [`${small.size}`, 'p99', 'raw p99', `${large.size}`, 'p99', 'raw p99', '×'].map(cell).join(''),
  );
  for (const [index, family] of familiesOf(small).entries()) {
    const same = familiesOf(large)[index] ?? family;
    // In turns, so that what else the machine does meets both alike.
    const [few, many] = timesOf([small.database, family], [large.database, same]);
    const cells = [few, many].flatMap(({ median, p99, rawP99 }) =>
      [median, p99, rawP99].map((ms) => ms.toFixed(3)),
    );
    console.log(
      family.name.padEnd(width) + [...cells, (many.median / few.median).toFixed(2)].map(cell).join(''),
    );
  }
  console.log();
}

type Trial = readonly [PlaylistDatabase, Family];

function timesOf(few: Trial, many: Trial): readonly [Times, Times] {
  const trials = [few, many].map(([database, { queries }]) => ({
    database,
    queries,
    least: queries.map(() => Infinity),
    all: [] as number[],
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < QUERIES; index++) {
      for (const { database, queries, least, all } of trials) {
        const query = queries[index];
        if (query === undefined) continue;
        const start = performance.now();
        database.page(query);
        const ms = performance.now() - start;
        all.push(ms);
        least[index] = Math.min(least[index] ?? Infinity, ms);
      }
    }
  }
  const [first, second] = trials.map(({ least, all }) => summaryOf(least, all));
  if (first === undefined || second === undefined) throw new Error('expected two trials');
  return [first, second];
}

function summaryOf(least: readonly number[], all: readonly number[]): Times {
  return { median: quantile(least, 0.5), p99: quantile(least, 0.99), rawP99: quantile(all, 0.99) };
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
