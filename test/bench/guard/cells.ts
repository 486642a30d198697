import { clopperPearson } from '../../support/simulation/clopper-pearson.ts';
import { createRandom } from '../../../src/experiment/statistics/random.ts';
import { METHOD_NAMES, type MethodName } from './methods.ts';
import { type RunResult, runStream, type Stream } from './stream.ts';

export interface FalseAlarms {
  readonly label: string;
  readonly runs: number;
  readonly alarms: Readonly<Record<MethodName, number>>;
}

export interface Detection {
  readonly label: string;
  readonly runs: number;
  /** Treated listeners, at the median; null: not found in half of the runs. */
  readonly waldMedian: number | null;
  readonly medians: Readonly<Record<MethodName, number | null>>;
  readonly p90: Readonly<Record<MethodName, number | null>>;
}

/** A quantile in which those that were never found come last. */
function quantileOf(values: readonly (number | null)[], share: number): number | null {
  const sorted = values.map((value) => value ?? Infinity).toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) * share;
  const value = ((sorted[Math.floor(middle)] ?? Infinity) + (sorted[Math.ceil(middle)] ?? Infinity)) / 2;
  return Number.isFinite(value) ? value : null;
}

function runAll(
  { stream, runs, seed }: Cell,
  step: () => void,
  names: readonly MethodName[],
): readonly RunResult[] {
  return Array.from({ length: runs }, (_, run) => {
    step();
    return runStream(createRandom(seed * 1_000_003 + run), stream, names);
  });
}

const byMethod = <Value>(value: (name: MethodName) => Value): Readonly<Record<MethodName, Value>> =>
  Object.fromEntries(METHOD_NAMES.map((name) => [name, value(name)])) as Record<MethodName, Value>;

export interface Cell {
  readonly label: string;
  readonly stream: Stream;
  readonly runs: number;
  readonly seed: number;
}

export function falseAlarms(cell: Cell, step: () => void): FalseAlarms {
  const { label, runs } = cell;
  const results = runAll(cell, step, METHOD_NAMES);
  return {
    label,
    runs,
    alarms: byMethod((name) => results.filter(({ methods }) => methods[name] !== null).length),
  };
}

export function detection(
  cell: Cell,
  step: () => void,
  names: readonly MethodName[] = METHOD_NAMES,
): Detection {
  const { label, runs } = cell;
  const results = runAll(cell, step, names);
  const of = (name: MethodName): readonly (number | null)[] => results.map(({ methods }) => methods[name]);
  return {
    label,
    runs,
    waldMedian: quantileOf(
      results.map(({ wald }) => wald),
      0.5,
    ),
    medians: byMethod((name) => quantileOf(of(name), 0.5)),
    p90: byMethod((name) => quantileOf(of(name), 0.9)),
  };
}

const percent = (rate: number): string => (100 * rate).toFixed(2);

/** `0.35 [0.14, 0.72]`, in percent. */
export function rateWithInterval(k: number, runs: number): string {
  const { lower, upper } = clopperPearson(k, runs);
  return `${percent(k / runs)} [${percent(lower)}, ${percent(upper)}]`;
}
