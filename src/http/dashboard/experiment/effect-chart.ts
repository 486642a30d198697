import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Experiment } from '../../../experiment/experiment.ts';
import type { HistoryPoint } from '../../../experiment/result-history.ts';
import { isoTime } from '../../../shared/iso-time.ts';
import { type Moment, momentOf } from '../text/moment.ts';
import { MAX_EXTENT, percent, roundUp } from './interval-chart.ts';

/** A metric's effect over time with the band of its interval, in a box of `EFFECT_WIDTH` × `EFFECT_HEIGHT`. */
export interface EffectChart {
  readonly metric: string;
  readonly isPrimary: boolean;
  /** What it shows, in a sentence. */
  readonly title: string;
  /** `d` of the paths. */
  readonly band: string;
  readonly effect: string;
  readonly levels: readonly { readonly y: number; readonly text: string }[];
  /** The newest effect, with its label. */
  readonly end: { readonly x: number; readonly y: number; readonly text: string };
  readonly from: Moment;
  readonly to: Moment;
  /** The same as a table, newest first; of many points some. */
  readonly rows: readonly {
    readonly at: Moment;
    readonly units: number;
    readonly effect: string;
    readonly interval: string;
  }[];
}

export const [EFFECT_WIDTH, EFFECT_HEIGHT] = [640, 200];
const EDGE = { top: 12, right: 76, bottom: 12, left: 84 };
const MAX_ROWS = 24;

/** A chart for each metric and treatment that has two points. */
export function effectCharts(
  { metrics, design }: Experiment,
  history: readonly HistoryPoint[],
  now: number,
): readonly EffectChart[] {
  return metrics.flatMap(({ name }, place) =>
    design.treatments.flatMap((treatment) => {
      const points = history.filter(
        ({ metric, variation }) => metric === place && variation === treatment.variation,
      );
      return points.length < 2 ? [] : [effectChart(name, treatment.name, place === 0, points, now)];
    }),
  );
}

function effectChart(
  metric: string,
  treatment: string,
  isPrimary: boolean,
  points: readonly HistoryPoint[],
  now: number,
): EffectChart {
  const times = points.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const extent = extentOf(points);
  const x = scaleLinear([from, to], [EDGE.left, EFFECT_WIDTH - EDGE.right]);
  const y = scaleLinear([-extent, extent], [EFFECT_HEIGHT - EDGE.bottom, EDGE.top]).clamp(true);
  const band = area<HistoryPoint>()
    .x(({ at }) => x(at))
    .y0(({ lower }) => y(lower))
    .y1(({ upper }) => y(upper))
    .digits(1);
  const effect = line<HistoryPoint>()
    .x(({ at }) => x(at))
    .y((point) => y(point.effect))
    .digits(1);
  const rows = points.map((point) => ({
    at: momentOf(isoTime(point.at), now),
    units: point.units,
    effect: percent(point.effect),
    interval: `${percent(point.lower)} to ${percent(point.upper)}`,
  }));
  const last = rows.at(-1);
  const end = points.at(-1)?.effect ?? 0;
  return {
    metric,
    isPrimary,
    title: `${treatment}: ${metric} over time, now ${last?.effect}, from ${last?.interval}`,
    band: band(points) ?? '',
    effect: effect(points) ?? '',
    levels: [extent, 0, -extent].map((part) => ({
      y: y(part),
      text: part === 0 ? 'no effect' : percent(part),
    })),
    end: { x: x(to), y: Number(y(end).toFixed(1)), text: percent(end) },
    from: momentOf(isoTime(from), now),
    to: momentOf(isoTime(to), now),
    rows: thinned(rows).toReversed(),
  };
}

const reach = ({ lower, upper }: HistoryPoint): number => Math.max(Math.abs(lower), Math.abs(upper));

/** The first intervals are so wide that nothing else would be seen: a quarter of the points may be cut off. */
function extentOf(points: readonly HistoryPoint[]): number {
  const sorted = points.map(reach).toSorted((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.75)] ?? 0;
  return Math.min(MAX_EXTENT, roundUp(Math.max(usual, ...points.slice(-1).map(reach))));
}

/** Evenly, and with the last. */
function thinned<T>(rows: readonly T[]): readonly T[] {
  const every = Math.ceil(rows.length / MAX_ROWS);
  return rows.filter((_, index) => (rows.length - 1 - index) % every === 0);
}
