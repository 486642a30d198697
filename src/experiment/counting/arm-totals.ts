import type { Metric } from '../metrics/metric.ts';
import { type Assignment, BOT } from './assignment.ts';
import { contributionOf, NO_VALUE, type UnitValue } from './unit-value.ts';

/** The place of the row that counts units, and those that reported anything. */
export const REPORTING = -1;
/** The variation of units that saw two. */
export const MIXED = -1;

/** Sums over the units of an arm in a phase. */
export interface ArmTotals {
  readonly phase: number;
  readonly variation: number;
  readonly metric: number;
  units: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

/** What a unit has done, by the place of the metric; `REPORTING` has 1 where there was any event. */
export type UnitValues = ReadonlyMap<number, UnitValue>;

/** Adds units to totals, or takes them away. */
export class TotalsBuilder {
  readonly #totals = new Map<string, ArmTotals>();
  readonly #metrics: readonly Metric[];

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
  }

  /** A unit as it is (`sign` 1), or as it was (−1). */
  addUnit(assignment: Assignment | undefined, values: UnitValues, sign: 1 | -1): void {
    if (assignment === undefined) return;
    if (assignment.kind !== 'counted') {
      this.#of(assignment.phase, assignment.kind === 'bot' ? BOT : MIXED, REPORTING).units += sign;
      return;
    }
    this.#of(assignment.phase, assignment.variation, REPORTING).units += sign;
    for (const [metric, value] of values) {
      this.#add(assignment, metric, this.#contribution(metric, value), sign);
    }
  }

  /** A unit's value of one metric has changed. */
  changeValue(
    assignment: Extract<Assignment, { kind: 'counted' }>,
    metric: number,
    before: UnitValue,
    after: UnitValue,
  ): void {
    this.#add(assignment, metric, this.#contribution(metric, before), -1);
    this.#add(assignment, metric, this.#contribution(metric, after), 1);
  }

  /** In fixed order; those in which nothing changed are left out. */
  rows(): readonly ArmTotals[] {
    return [...this.#totals]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, totals]) => totals)
      .filter(({ units, x, y, xx, yy, xy }) => [units, x, y, xx, yy, xy].some((sum) => sum !== 0));
  }

  #contribution(metric: number, value: UnitValue): UnitValue {
    if (metric === REPORTING) return value;
    const definition = this.#metrics[metric];
    return definition === undefined ? NO_VALUE : contributionOf(definition, value);
  }

  #add(
    { phase, variation }: Extract<Assignment, { kind: 'counted' }>,
    metric: number,
    { x, y }: UnitValue,
    sign: 1 | -1,
  ): void {
    const totals = this.#of(phase, variation, metric);
    totals.x += sign * x;
    totals.y += sign * y;
    totals.xx += sign * x * x;
    totals.yy += sign * y * y;
    totals.xy += sign * x * y;
  }

  #of(phase: number, variation: number, metric: number): ArmTotals {
    const id = `${phase} ${variation} ${metric}`;
    const known = this.#totals.get(id);
    if (known !== undefined) return known;
    const fresh: ArmTotals = { phase, variation, metric, units: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
    this.#totals.set(id, fresh);
    return fresh;
  }
}
