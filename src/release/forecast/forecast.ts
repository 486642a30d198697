import { createRandom } from '../../experiment/statistics/random.ts';
import { quantile } from '../../experiment/statistics/winsorise.ts';
import type { GuardRates } from './expected-rates.ts';
import { type SimulatedEnd, type SimulatedRelease, simulateRelease } from './simulate-release.ts';

/** How often something happened in so many simulated releases. */
export interface Chance {
  readonly chance: number;
  /** 95 % (Wilson, Journal of the American Statistical Association 22, 1927). */
  readonly interval: readonly [number, number];
}

export interface Outcomes {
  readonly runs: number;
  readonly caught: Chance;
  readonly inconclusive: Chance;
  /** Of those that were caught; null: none was. From the start of the release. */
  readonly caughtAfterMs: { readonly median: number; readonly p90: number } | null;
  /** Listeners who had got the new version by then, at the median. */
  readonly treatedUntilCaught: number | null;
  /** How often each guard was the one that caught it. */
  readonly byMetric: readonly { readonly metric: string; readonly caught: Chance }[];
}

export interface Forecast {
  /** With the expected rates. */
  readonly expected: Outcomes;
  /** With control's rates on both versions: a release that is caught is a false alarm. */
  readonly healthy: Outcomes;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Between two looks at the clock. */
const LOOKS_A_TURN = 50;

/**
 * The chance and the time of catching what is expected, and of a false alarm, by simulation. Random numbers come from
 * the seed alone. It yields often, so that a server can do something else; when it is resumed with `true` it stops there,
 * and answers from the runs until then.
 *
 * @param runs of each kind
 */
export function* forecastOutcomes(
  release: SimulatedRelease,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Generator<Progress, Forecast, boolean | undefined> {
  const healthy: SimulatedRelease = {
    ...release,
    rates: release.rates.map((each): GuardRates => ({ ...each, newRate: each.controlRate })),
  };
  const ends: { readonly expected: SimulatedEnd[]; readonly healthy: SimulatedEnd[] } = {
    expected: [],
    healthy: [],
  };
  const total = 2 * runs;
  let done = 0;
  stop: for (let run = 0; run < runs; run += 1) {
    for (const [kind, simulated] of [
      ['expected', release],
      ['healthy', healthy],
    ] as const) {
      const simulation = simulateRelease(createRandom(seed * 10_007 + done), simulated);
      let looks = 0;
      for (;;) {
        const step = simulation.next();
        if (step.done === true) {
          ends[kind].push(step.value);
          break;
        }
        looks += 1;
        if (looks % LOOKS_A_TURN === 0 && (yield { done, total }) === true) break stop;
      }
      done += 1;
      if ((yield { done, total }) === true) break stop;
    }
  }
  const metrics = release.rates.map(({ guard }) => guard.metric.name);
  return {
    expected: outcomesOf(ends.expected, metrics),
    healthy: outcomesOf(ends.healthy, metrics),
  };
}

function outcomesOf(ends: readonly SimulatedEnd[], metrics: readonly string[]): Outcomes {
  const caught = ends.filter((end) => end.kind === 'caught');
  const times = caught.map(({ afterMs }) => afterMs).toSorted((a, b) => a - b);
  const treated = caught.map((end) => end.treated).toSorted((a, b) => a - b);
  const isCaught = caught.length > 0;
  return {
    runs: ends.length,
    caught: chanceOf(caught.length, ends.length),
    inconclusive: chanceOf(ends.filter(({ kind }) => kind === 'inconclusive').length, ends.length),
    caughtAfterMs: isCaught ? { median: quantile(times, 0.5), p90: quantile(times, 0.9) } : null,
    treatedUntilCaught: isCaught ? Math.round(quantile(treated, 0.5)) : null,
    byMetric: metrics.map((metric) => ({
      metric,
      caught: chanceOf(caught.filter((end) => end.metric === metric).length, ends.length),
    })),
  };
}

/** The z of 95 %, two-sided. */
const Z = 1.959963984540054;

function chanceOf(times: number, runs: number): Chance {
  if (runs === 0) return { chance: 0, interval: [0, 1] };
  const share = times / runs;
  const scale = 1 + (Z * Z) / runs;
  const middle = (share + (Z * Z) / (2 * runs)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / runs + (Z * Z) / (4 * runs * runs));
  return { chance: share, interval: [times === 0 ? 0 : middle - half, times === runs ? 1 : middle + half] };
}
