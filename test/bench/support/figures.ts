import { appendFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** One thing that a benchmark measured, with a value for each round. */
export interface Figure {
  /** What it is, read after the benchmark's name: "top 10, requests per second of bare Express + EJS". */
  readonly name: string;
  /** Figures with a column stand in one table: a row for each name, a column for each of these. */
  readonly column?: string;
  /** `ratio` for ratios of two things measured in the same round; else the unit as it is printed: `ms`, `MiB`, `KiB`, `per second`, `ns`, `bytes`. */
  readonly unit: string;
  /** One for each round; the median is quoted, with the lowest and the highest. */
  readonly values: readonly number[];
  /** What the project promises of the median. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

/** A figure on its way to bench/RESULTS.md. */
export interface ReportedFigure extends Figure {
  /** The folder of the benchmark that measured it: "site". */
  readonly benchmark: string;
}

/** `npm run bench` names a file in this variable, to which each figure is appended as a line of JSON. */
export const FIGURES_FILE = 'BENCH_FIGURES_FILE';

/**
 * Prints a figure, and hands it to `npm run bench` when that is what runs the benchmark.
 *
 * @example
 * report({ name: 'top 10, of bare Express + EJS', unit: 'ratio', values: [0.81, 0.79, 0.84], goal: { atLeast: 0.6 } });
 * // site: top 10, of bare Express + EJS: 0.810 (0.790–0.840), goal at least 0.6: held
 */
export function report(figure: Figure): void {
  // node test/bench/<benchmark>/main.ts
  const benchmark = basename(dirname(process.argv[1] ?? ''));
  const name = figure.column === undefined ? figure.name : `${figure.name}, ${figure.column}`;
  console.log(`${benchmark}: ${name}: ${withSpread(figure)}${goalOf(figure)}`);
  const file = process.env[FIGURES_FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ benchmark, ...figure })}\n`);
}

/** The middle value; of an even number of values the higher one of the two. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value that a share of all lies below. @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** "0.810 (0.790–0.840)", or the value alone where there was one round. */
export function withSpread({ unit, values }: Figure): string {
  const suffix = unit === 'ratio' ? '' : ` ${unit}`;
  const middle = `${rounded(median(values))}${suffix}`;
  if (values.length < 2) return middle;
  return `${middle} (${rounded(Math.min(...values))}–${rounded(Math.max(...values))})`;
}

/** Whether the median keeps the goal; undefined without a goal. */
export function isHeld({ goal, values }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  const middle = median(values);
  return 'atLeast' in goal ? middle >= goal.atLeast : middle <= goal.atMost;
}

function goalOf(figure: Figure): string {
  if (figure.goal === undefined) return '';
  const { goal } = figure;
  const bound = 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
  return `, goal ${bound}: ${isHeld(figure) === true ? 'held' : 'MISSED'}`;
}

/** Three significant digits. */
function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
