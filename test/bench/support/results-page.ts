import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isHeld, withSpread, type ReportedFigure } from './figures.ts';
import { LOAD_GENERATOR } from './load.ts';
import { PROJECT_DIR } from './programs.ts';

/**
 * The page of all figures, a table for each benchmark, under the machine and the versions that they were measured with.
 * @param failed the benchmarks that did not come to their end
 */
export function resultsPage(
  figures: readonly ReportedFigure[],
  minutes: number,
  failed: readonly string[],
): string {
  const benchmarks = Map.groupBy(figures, ({ benchmark }) => benchmark);
  return [
    '# What was measured',
    '',
    'Written by `npm run bench`. Each value is the median of its rounds, with the lowest and the highest in brackets.',
    'A ratio compares two things that were measured in turns in one run, so it can be compared between machines; other',
    'units cannot.',
    '',
    ...machine().map((line) => `- ${line}`),
    `- the whole run took ${Math.round(minutes)} minutes`,
    ...failed.map((benchmark) => `- **bench:${benchmark} failed**`),
    ...[...benchmarks].flatMap(([benchmark, own]) => ['', `## bench:${benchmark}`, '', ...table(own)]),
    '',
  ].join('\n');
}

function machine(): readonly string[] {
  const all = cpus();
  return [
    `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    `Node ${process.version}, ${['express', 'ejs', 'better-sqlite3', '@launchdarkly/node-server-sdk', 'unleash-client', '@openfeature/flagd-core'].map(versionOf).join(', ')}`,
    `load from ${LOAD_GENERATOR === 'wrk' ? 'wrk' : 'a Node client'} in a process of its own`,
    new Date().toISOString().slice(0, 10),
  ];
}

function versionOf(name: string): string {
  const file = readFileSync(join(PROJECT_DIR, 'node_modules', name, 'package.json'), 'utf8');
  return `${name} ${z.object({ version: z.string() }).parse(JSON.parse(file)).version}`;
}

function table(figures: readonly ReportedFigure[]): readonly string[] {
  const columns = [...new Set(figures.flatMap(({ column = [] }) => column))];
  return columns.length === 0 ? listOf(figures) : matrixOf(figures, columns);
}

const listOf = (figures: readonly ReportedFigure[]): readonly string[] => [
  '| what | measured | goal |',
  '|---|---|---|',
  ...figures.map((figure) => `| ${figure.name} | ${withSpread(figure)} | ${goal(figure)} |`),
];

/** A row for each name. What misses its goal says so in its place. */
function matrixOf(figures: readonly ReportedFigure[], columns: readonly string[]): readonly string[] {
  const rows = Map.groupBy(figures, ({ name }) => name);
  const cell = (row: readonly ReportedFigure[], column: string): string => {
    const figure = row.find((each) => each.column === column);
    if (figure === undefined) return '';
    return isHeld(figure) === false ? `${withSpread(figure)}, ${goal(figure)}` : withSpread(figure);
  };
  return [
    `| | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...[...rows].map(
      ([name, row]) => `| ${name} | ${columns.map((column) => cell(row, column)).join(' | ')} |`,
    ),
  ];
}

function goal(figure: ReportedFigure): string {
  if (figure.goal === undefined) return '';
  const bound =
    'atLeast' in figure.goal ? `at least ${figure.goal.atLeast}` : `at most ${figure.goal.atMost}`;
  return isHeld(figure) === true ? bound : `${bound}: missed`;
}
