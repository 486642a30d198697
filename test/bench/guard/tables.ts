import { type Detection, type FalseAlarms, rateWithInterval } from './cells.ts';
import { METHOD_NAMES } from './methods.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...body.map(row)].join('\n');

/** A method a row, a scenario a column. */
export const falseAlarmsTable = (cells: readonly FalseAlarms[]): string =>
  table(
    ['Method', ...cells.map(({ label }) => label)],
    METHOD_NAMES.map((name) => [
      name,
      ...cells.map(({ alarms, runs }) => rateWithInterval(alarms[name], runs)),
    ]),
  );

function medianOf(cell: Detection, name: (typeof METHOD_NAMES)[number]): string {
  const median = cell.medians[name];
  if (median === null || cell.waldMedian === null) return 'not found';
  return `${Math.round(median)} (${(median / cell.waldMedian).toFixed(2)}x), ${Math.round(cell.p90[name] ?? Infinity)}`;
}

/** One effect: a method a row, a share a column; medians, their ratio to Wald's, 90th percentiles. */
export const detectionTable = (cells: readonly Detection[]): string =>
  table(
    ['Method', ...cells.map(({ label, runs }) => `${label} (${runs} runs)`)],
    [
      ['Wald, both rates known', ...cells.map(({ waldMedian }) => String(waldMedian ?? 'not found'))],
      ...METHOD_NAMES.map((name) => [name, ...cells.map((cell) => medianOf(cell, name))]),
    ],
  );
