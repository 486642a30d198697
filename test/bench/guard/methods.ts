import { oneSidedSequenceAround } from '../../../src/experiment/statistics/confidence-sequence.ts';
import { eEventsMixtureTotals, RISING_RATIOS } from '../../../src/experiment/statistics/e-events-mixture.ts';
import { eScoreMixture } from '../../../src/experiment/statistics/e-score-mixture.ts';

/** Totals of a stream so far. */
export interface Totals {
  listeners: number;
  treated: number;
  treatedEvents: number;
  control: number;
  controlEvents: number;
}

export interface Setting {
  readonly share: number;
  readonly baseRate: number;
  /** Listeners between two looks of the methods that may look at any time. */
  readonly batch: number;
}

/** Whether a method has found harm at this point. Made anew for each run. */
export type Method = (totals: Totals) => boolean;

const ALPHA = 0.01;
/** The one-sided z of 1 %. */
const Z = 2.3263478740408408;

function eProcess(guards: number): (setting: Setting) => Method {
  const threshold = Math.log(guards / ALPHA);
  return ({ share, batch }) => {
    let events = 0;
    return ({ listeners, treatedEvents, controlEvents }) => {
      // Only an event of the treatment adds evidence.
      if (listeners % batch !== 0 || treatedEvents === events) return false;
      events = treatedEvents;
      const classes = [{ share, treatmentEvents: treatedEvents, controlEvents }];
      return eEventsMixtureTotals({ ...RISING_RATIOS, classes }).logE >= threshold;
    };
  };
}

const difference = ({ treated, treatedEvents, control, controlEvents }: Totals): number =>
  treated === 0 || control === 0 ? 0 : treatedEvents / treated - controlEvents / control;

function asymptoticSequence({ batch }: Setting): Method {
  return (totals) => {
    const effect = totals.listeners % batch === 0 ? difference(totals) : 0;
    if (effect <= 0) return false;
    const pT = totals.treatedEvents / totals.treated;
    const pC = totals.controlEvents / totals.control;
    const standardError = Math.sqrt((pT * (1 - pT)) / totals.treated + (pC * (1 - pC)) / totals.control);
    if (standardError === 0) return false;
    const estimate = { status: 'ok', effect, standardError } as const;
    return oneSidedSequenceAround(estimate, totals.listeners, { alpha: ALPHA, tuning: 5_000 }).lower > 0;
  };
}

/** Of the difference, were both rates the same. */
function pooledVariance({ listeners, treated, treatedEvents, control, controlEvents }: Totals): number {
  const p = (treatedEvents + controlEvents) / listeners;
  return p * (1 - p) * (1 / treated + 1 / control);
}

function repeatedZ({ batch }: Setting): Method {
  return (totals) => {
    const effect = totals.listeners % batch === 0 ? difference(totals) : 0;
    return effect > 0 && effect * effect > Z * Z * pooledVariance(totals);
  };
}

/** Johari et al. (arXiv:1512.04922) with a half-normal as wide as the base rate. */
function mixtureSprt({ batch, baseRate }: Setting): Method {
  return (totals) => {
    const effect = totals.listeners % batch === 0 ? difference(totals) : 0;
    if (effect <= 0) return false;
    const variance = pooledVariance(totals);
    if (variance === 0) return false;
    const evidence = eScoreMixture({ score: effect / variance, variance: 1 / variance, rho: baseRate });
    return evidence.status === 'ok' && evidence.logEOneSided >= Math.log(1 / ALPHA);
  };
}

const FLAGGER_WINDOW = 500;
const FLAGGER_FAILURES = 5;

/** Flagger's analysis: the fifth window in which the treatment's rate is over a fixed threshold rolls back. */
function flagger({ baseRate }: Setting): Method {
  let failures = 0;
  let treatedBefore = 0;
  let eventsBefore = 0;
  return ({ listeners, treated, treatedEvents }) => {
    if (listeners % FLAGGER_WINDOW !== 0) return false;
    const inWindow = treated - treatedBefore;
    if (inWindow > 0 && (treatedEvents - eventsBefore) / inWindow > 2 * baseRate) failures += 1;
    treatedBefore = treated;
    eventsBefore = treatedEvents;
    return failures >= FLAGGER_FAILURES;
  };
}

const WINDOWS = new Set([5_000, 10_000, 20_000, 50_000]);
export const LAST_WINDOW = 50_000;

function fixedWindows(): Method {
  return (totals) => {
    if (!WINDOWS.has(totals.listeners)) return false;
    const effect = difference(totals);
    return effect > 0 && effect * effect > Z * Z * pooledVariance(totals);
  };
}

export const METHODS = {
  'E-process (events mixture)': eProcess(1),
  'E-process, three guards': eProcess(3),
  'asymptotic sequence, tuned 5,000': asymptoticSequence,
  'mixture SPRT': mixtureSprt,
  'repeated z-test': repeatedZ,
  'Flagger, 2x base, 5 windows of 500': flagger,
  'fixed windows 5k-10k-20k-50k': fixedWindows,
} as const satisfies Readonly<Record<string, (setting: Setting) => Method>>;
export type MethodName = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS).filter((name): name is MethodName => name in METHODS);
