import { confidenceSequence } from '../../../src/experiment/statistics/confidence-sequence.ts';
import type { CupedPair } from '../../../src/experiment/statistics/adjusted-arms.ts';
import type { CupedSums } from '../../../src/experiment/statistics/cuped.ts';
import { experimentEstimate } from '../../../src/experiment/statistics/experiment-estimate.ts';
import type { liftSequence } from '../../../src/experiment/statistics/lift-sequence.ts';
import type {
  MeanSums,
  ProportionSums,
  RatioSums,
  TwoArms,
} from '../../../src/experiment/statistics/sample.ts';
import { quantile } from '../../../src/experiment/statistics/winsorise.ts';
import { binomial, createRandom, type Random } from '../../../src/experiment/statistics/random.ts';
import { betaWithMean, gamma, normal, poisson } from './random.ts';

/** An arm's totals, written to batch after batch. */
type Mutable<Sums> = { -readonly [Field in keyof Sums]: Sums[Field] };

/** How the units of one metric behave; both arms alike. */
export type MetricModel =
  | { readonly kind: 'proportion'; readonly rate: number }
  | { readonly kind: 'mean'; readonly draw: (random: Random) => number }
  | {
      readonly kind: 'ratio';
      readonly draw: (random: Random) => readonly [numerator: number, denominator: number];
    }
  /** A mean, with what each unit did before as its covariate. */
  | { readonly kind: 'covariate'; readonly draw: (random: Random) => readonly [pre: number, post: number] };

/** Caps are frozen from history, as in a running experiment. */
function winsorised(draw: (random: Random) => number): (random: Random) => number {
  const random = createRandom(815);
  const cap = quantile(
    Array.from({ length: 20_000 }, () => draw(random)).toSorted((a, b) => a - b),
    0.99,
  );
  return (next) => Math.min(draw(next), cap);
}

/** Skips among plays of a listener, who skips as often as is their own way. */
function skipsOfPlays(random: Random): readonly [number, number] {
  const plays = 1 + poisson(random, 4 * gamma(random, 1));
  return [binomial(random, plays, betaWithMean(random, 0.2, 1)), plays];
}

/**
 * Plays in the week before and since: of a listener with a rate of their own in the share `steady` of them, and of two
 * rates that have nothing to do with each other in the others.
 */
function playsBeforeAndSince(steady: number): (random: Random) => readonly [pre: number, post: number] {
  return (random) => {
    const before = 2 * gamma(random, 1);
    const since = random() < steady ? before : 2 * gamma(random, 1);
    return [Math.min(poisson(random, 4 * before), 60), Math.min(poisson(random, 4 * since), 60)];
  };
}

/** Every kind of metric that an experiment may have. */
export const METRIC_MODELS: Readonly<Record<string, MetricModel>> = {
  'conversion, 0.3 %': { kind: 'proportion', rate: 0.003 },
  'conversion, 1 %': { kind: 'proportion', rate: 0.01 },
  'conversion, 10 %': { kind: 'proportion', rate: 0.1 },
  'share above a limit, 50 %': { kind: 'proportion', rate: 0.5 },
  'count, 2 per listener': {
    kind: 'mean',
    draw: winsorised((random) => poisson(random, 2 * gamma(random, 1))),
  },
  'count, 0.02 per listener': { kind: 'mean', draw: (random) => poisson(random, 0.02) },
  'mean, log-normal sd 1': { kind: 'mean', draw: winsorised((random) => Math.exp(normal(random))) },
  'sum, log-normal sd 2': { kind: 'mean', draw: winsorised((random) => Math.exp(2 * normal(random))) },
  'ratio, skips of plays': { kind: 'ratio', draw: skipsOfPlays },
  'count adjusted, correlation 0.8': { kind: 'covariate', draw: playsBeforeAndSince(0.9) },
  'count adjusted at times, correlation 0.22': { kind: 'covariate', draw: playsBeforeAndSince(0.25) },
  'count with a useless covariate': { kind: 'covariate', draw: playsBeforeAndSince(0) },
};

interface Experiment {
  /** Adds units to both arms. */
  add(random: Random, control: number, treatment: number): void;
  arms(): TwoArms;
  covariates?(): readonly CupedPair[];
}

function proportionExperiment(rate: number): Experiment {
  const control: Mutable<ProportionSums> = { n: 0, successes: 0 };
  const treatment: Mutable<ProportionSums> = { n: 0, successes: 0 };
  const add = (random: Random, arm: Mutable<ProportionSums>, units: number): void => {
    arm.n += units;
    arm.successes += binomial(random, units, rate);
  };
  return {
    add: (random, inControl, inTreatment) => {
      add(random, control, inControl);
      add(random, treatment, inTreatment);
    },
    arms: () => ({ kind: 'proportion', control, treatment }),
  };
}

function meanExperiment(draw: (random: Random) => number): Experiment {
  const control: Mutable<MeanSums> = { n: 0, sum: 0, sumOfSquares: 0 };
  const treatment: Mutable<MeanSums> = { n: 0, sum: 0, sumOfSquares: 0 };
  const add = (random: Random, arm: Mutable<MeanSums>, units: number): void => {
    arm.n += units;
    for (let unit = 0; unit < units; unit += 1) {
      const value = draw(random);
      arm.sum += value;
      arm.sumOfSquares += value * value;
    }
  };
  return {
    add: (random, inControl, inTreatment) => {
      add(random, control, inControl);
      add(random, treatment, inTreatment);
    },
    arms: () => ({ kind: 'mean', control, treatment }),
  };
}

const NO_RATIO: RatioSums = {
  n: 0,
  numeratorSum: 0,
  denominatorSum: 0,
  numeratorSumOfSquares: 0,
  denominatorSumOfSquares: 0,
  sumOfProducts: 0,
};

function ratioExperiment(draw: (random: Random) => readonly [number, number]): Experiment {
  const control: Mutable<RatioSums> = { ...NO_RATIO };
  const treatment: Mutable<RatioSums> = { ...NO_RATIO };
  const add = (random: Random, arm: Mutable<RatioSums>, units: number): void => {
    arm.n += units;
    for (let unit = 0; unit < units; unit += 1) {
      const [numerator, denominator] = draw(random);
      arm.numeratorSum += numerator;
      arm.denominatorSum += denominator;
      arm.numeratorSumOfSquares += numerator * numerator;
      arm.denominatorSumOfSquares += denominator * denominator;
      arm.sumOfProducts += numerator * denominator;
    }
  };
  return {
    add: (random, inControl, inTreatment) => {
      add(random, control, inControl);
      add(random, treatment, inTreatment);
    },
    arms: () => ({ kind: 'ratio', control, treatment }),
  };
}

const NO_COVARIATE: CupedSums = {
  n: 0,
  preSum: 0,
  preSumOfSquares: 0,
  postSum: 0,
  postSumOfSquares: 0,
  sumOfProducts: 0,
};

function covariateExperiment(draw: (random: Random) => readonly [number, number]): Experiment {
  const control: Mutable<CupedSums> = { ...NO_COVARIATE };
  const treatment: Mutable<CupedSums> = { ...NO_COVARIATE };
  const add = (random: Random, arm: Mutable<CupedSums>, units: number): void => {
    arm.n += units;
    for (let unit = 0; unit < units; unit += 1) {
      const [pre, post] = draw(random);
      arm.preSum += pre;
      arm.preSumOfSquares += pre * pre;
      arm.postSum += post;
      arm.postSumOfSquares += post * post;
      arm.sumOfProducts += pre * post;
    }
  };
  const plain = ({ n, postSum: sum, postSumOfSquares: sumOfSquares }: CupedSums): MeanSums => ({
    n,
    sum,
    sumOfSquares,
  });
  return {
    add: (random, inControl, inTreatment) => {
      add(random, control, inControl);
      add(random, treatment, inTreatment);
    },
    arms: () => ({ kind: 'mean', control: plain(control), treatment: plain(treatment) }),
    covariates: () => [{ control, treatment }],
  };
}

function experimentOf(model: MetricModel): Experiment {
  switch (model.kind) {
    case 'proportion':
      return proportionExperiment(model.rate);
    case 'mean':
      return meanExperiment(model.draw);
    case 'ratio':
      return ratioExperiment(model.draw);
    case 'covariate':
      return covariateExperiment(model.draw);
    default:
      return model satisfies never;
  }
}

export interface AaSetting {
  readonly share: number;
  readonly batch: number;
  readonly units: number;
}

/** Which ways of showing a result ever excluded 0. */
export interface AaResult {
  /** As experiments show it: from the gate on, the lift by Fieller's interval. */
  readonly shown: boolean;
  /** The delta method's relative interval, from the gate on. */
  readonly deltaMethodLift: boolean;
  /** The interval of the difference without a gate. */
  readonly ungated: boolean;
}

const SEQUENCE = { alpha: 0.05, tuning: 5_000 } as const;

const excludesZero = (
  result: ReturnType<typeof confidenceSequence> | ReturnType<typeof liftSequence>,
): boolean => result.status === 'ok' && (result.lower > 0 || result.upper < 0);

/** An experiment without an effect, looked at after every batch. */
export function simulateAa(random: Random, model: MetricModel, { share, batch, units }: AaSetting): AaResult {
  const experiment = experimentOf(model);
  const result = { shown: false, deltaMethodLift: false, ungated: false };
  for (let sofar = 0; sofar < units; sofar += batch) {
    const treated = binomial(random, batch, share);
    experiment.add(random, batch - treated, treated);
    const arms = experiment.arms();
    result.ungated ||= excludesZero(confidenceSequence({ ...arms, ...SEQUENCE, relative: false }));
    if (result.shown && result.deltaMethodLift) continue;
    const estimate = experimentEstimate([arms], SEQUENCE, experiment.covariates?.());
    if (estimate.status !== 'ok') continue;
    result.shown ||= estimate.decided || excludesZero(estimate.lift);
    result.deltaMethodLift ||= excludesZero(confidenceSequence({ ...arms, ...SEQUENCE, relative: true }));
  }
  return result;
}

/** Phases while the rate drifts from 5 to 12 %: share and rate of each. */
const PHASES = [
  { share: 0.05, rate: 0.05 },
  { share: 0.2, rate: 0.08 },
  { share: 0.5, rate: 0.12 },
] as const;

/**
 * An experiment without an effect whose weights were changed twice while the rate drifted.
 *
 * @param unitsPerPhase looked at after every 100
 * @returns whether 0 was ever excluded: by the phases combined, and by their totals pooled
 */
export function simulatePhases(
  random: Random,
  unitsPerPhase: number,
): { readonly combined: boolean; readonly pooled: boolean } {
  const phases: (TwoArms & { readonly kind: 'proportion' })[] = [];
  let combined = false;
  let pooled = false;
  for (const { share, rate } of PHASES) {
    const experiment = proportionExperiment(rate);
    for (let units = 0; units < unitsPerPhase; units += 100) {
      const treated = binomial(random, 100, share);
      experiment.add(random, 100 - treated, treated);
      const arms = experiment.arms();
      const all = arms.kind === 'proportion' ? [...phases, arms] : phases;
      const estimate = experimentEstimate(all, SEQUENCE);
      if (estimate.status !== 'ok') continue;
      combined ||= estimate.decided;
      pooled ||= excludesZero(confidenceSequence({ ...poolTotals(all), ...SEQUENCE, relative: false }));
    }
    const last = experiment.arms();
    if (last.kind === 'proportion') phases.push(last);
  }
  return { combined, pooled };
}

function poolTotals(phases: readonly (TwoArms & { readonly kind: 'proportion' })[]): TwoArms {
  const sum = (arm: 'control' | 'treatment'): ProportionSums => ({
    n: phases.reduce((total, phase) => total + phase[arm].n, 0),
    successes: phases.reduce((total, phase) => total + phase[arm].successes, 0),
  });
  return { kind: 'proportion', control: sum('control'), treatment: sum('treatment') };
}
