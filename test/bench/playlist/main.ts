import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDatabase } from '../../../src/playlist/database/build-database.ts';
import { openDatabase } from '../../../src/playlist/database/playlist-database.ts';
import type { PlaylistDatabase } from '../../../src/playlist/database/playlist-database.ts';
import { temporaryNameFor } from '../../../src/playlist/file/temporary-files.ts';
import { createTrackWriter } from '../../../src/playlist/file/write-tracks.ts';
import { generateTracks, mulberry32 } from '../../support/generate-tracks.ts';
import type { PlaylistQuery, Track } from '../../../src/playlist/playlist.ts';
import { pageFamilies, searchFamilies } from './queries.ts';
import type { Family } from './queries.ts';
import { quantile, report } from '../support/figures.ts';

/**
 * Does a page at any depth of a million tracks take at most twice what it takes of a thousand, and a search, whatever is
 * typed, less than 5 ms at p99? `npm run bench:playlist [-- TRACKS]`
 */
const SMALL = 1000;
const LARGE = Number(process.argv[2] ?? 1_000_000);
/** Of each family. */
const QUERIES = 200;
const ROUNDS = 5;

/** What the project promises of a kind of query. */
interface Goals {
  /** The median in many tracks, times that in few. */
  readonly times?: { readonly atMost: number };
  /** In many tracks, milliseconds. */
  readonly p99?: { readonly atMost: number };
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
  measure('page of 50 at any depth', small, large, ({ pages }) => pages, { times: { atMost: 2 } });
  measure('search', small, large, ({ searches }) => searches, { p99: { atMost: 5 } });
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

function measure(
  kind: string,
  small: Subject,
  large: Subject,
  familiesOf: (subject: Subject) => readonly Family[],
  goals: Goals,
): void {
  for (const [index, family] of familiesOf(small).entries()) {
    const same = familiesOf(large)[index] ?? family;
    const rounds = Array.from({ length: ROUNDS }, () =>
      timesOf([small.database, family], [large.database, same]),
    );
    const name = `${kind}: ${family.name}`;
    const medians = rounds.map(({ many }) => quantile(many, 0.5));
    report({
      name,
      column: `median, times that of ${SMALL} tracks`,
      unit: 'ratio',
      values: rounds.map(({ few }, round) => (medians[round] ?? Number.NaN) / quantile(few, 0.5)),
      ...(goals.times && { goal: goals.times }),
    });
    report({ name, column: `median of ${LARGE} tracks`, unit: 'ms', values: medians });
    report({
      name,
      column: `p99 of ${LARGE} tracks`,
      unit: 'ms',
      values: rounds.map(({ many }) => quantile(many, 0.99)),
      ...(goals.p99 && { goal: goals.p99 }),
    });
  }
}

type Trial = readonly [PlaylistDatabase, Family];

/** Milliseconds of each query, in few and in many tracks by turns, so that what else the machine does meets both alike. */
function timesOf(
  [fewTracks, few]: Trial,
  [manyTracks, many]: Trial,
): Readonly<Record<'few' | 'many', readonly number[]>> {
  const times = { few: new Array<number>(), many: new Array<number>() };
  for (const [index, query] of few.queries.entries()) {
    times.few.push(timeOf(fewTracks, query));
    times.many.push(timeOf(manyTracks, many.queries[index] ?? query));
  }
  return times;
}

function timeOf(database: PlaylistDatabase, query: PlaylistQuery): number {
  const start = performance.now();
  database.page(query);
  return performance.now() - start;
}
