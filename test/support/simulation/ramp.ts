import {
  assignmentProbability,
  historyAfter,
  type ListenerHistory,
} from '../../../src/experiment/statistics/guard/assignment-probability.ts';
import { FULL_SHARE } from '../../../src/experiment/statistics/guard/share-class.ts';
import {
  addEvent,
  RISING_RATIOS,
  startEventsEvidence,
} from '../../../src/experiment/statistics/e-events-mixture.ts';
import { logSumExp } from '../../../src/experiment/statistics/special/log-sum-exp.ts';
import { binomial, type Random } from '../../../src/experiment/statistics/random.ts';
import { betaWithMean } from './random.ts';

/** A release whose listeners come back 2 to 50 times, each with a rate of its own. */
export interface RampScenario {
  readonly listeners: number;
  /** Mean rate of events per visit, of each guard. */
  readonly rates: readonly number[];
  /** Shape of the Beta distribution of the listeners' own rates: small means that few listeners have most events. */
  readonly spread: number;
  /** The treatment's rate over the control's own. */
  readonly ratio: number;
  readonly relativeMargin: number;
  /** What the rates are multiplied with at a time in [0, 1); at most 2. */
  readonly drift: (time: number) => number;
  readonly schedule: Schedule;
}

/** How the share rises. A step is what the guard calls a stage. */
export type Schedule =
  | { readonly kind: 'timed'; readonly shares: readonly number[] }
  /** A stage waits for so many treated listeners and for little evidence, up to four times its length. */
  | { readonly kind: 'data-driven'; readonly shares: readonly number[]; readonly treatedListeners: number };

export const STAGES = [5, 20, 50, 100].map((percent) => percent * 1_000);
export const CONTINUOUS = Array.from({ length: 61 }, (_, step) => (step + 1) * 1_000);
export const daily = (time: number): number => 1 + 0.9 * Math.sin(6 * Math.PI * time);
export const steady = (): number => 1;

const MAX_DRIFT = 2;
const ALPHA = 0.01;
const LITTLE_EVIDENCE = Math.log(3);

/** 2 to 50, most of them few: uniform in the logarithm. */
const visitsOf = (random: Random): number => Math.floor(2 * 25.5 ** random());

/** One guard's memory, as a release keeps it: evidence, and what it knows of each listener. */
class Guard {
  #evidence = startEventsEvidence(RISING_RATIOS);
  readonly #histories = new Map<number, ListenerHistory>();
  readonly #lastStage = new Map<number, number>();
  readonly #relativeMargin: number;
  logE = 0;

  constructor(relativeMargin: number) {
    this.#relativeMargin = relativeMargin;
  }

  /** An event of a listener at a share: the one analysis rule. */
  event(listener: number, stage: number, share: number, treated: boolean): void {
    if (this.#lastStage.get(listener) === stage) return;
    const history = this.#histories.get(listener) ?? { kind: 'never-counted' };
    const assignment = assignmentProbability(history, share);
    if (assignment.kind === 'tells-nothing') return;
    this.#lastStage.set(listener, stage);
    this.#histories.set(listener, historyAfter(history, treated ? 'treatment' : 'control', share));
    const mixture = { ...RISING_RATIOS, relativeMargin: this.#relativeMargin };
    this.#evidence = addEvent(this.#evidence, mixture, assignment.probability, treated ? 1 : 0);
    this.logE = logSumExp(this.#evidence);
  }
}

interface Crowd {
  readonly buckets: Float64Array;
  readonly visits: Uint8Array;
  /** Own rates: guard after guard. */
  readonly rates: readonly Float64Array[];
}

/** Guards are correlated: a listener with many errors has many slow pages. */
function crowdOf(random: Random, { listeners, rates, spread }: RampScenario): Crowd {
  const buckets = Float64Array.from({ length: listeners }, () => random() * FULL_SHARE);
  const visits = Uint8Array.from({ length: listeners }, () => visitsOf(random));
  const common = Float64Array.from({ length: listeners }, () => betaWithMean(random, rates[0] ?? 0, spread));
  const own = rates.map((rate) => common.map((of) => Math.min(1, (of * rate) / (rates[0] ?? 1))));
  return { buckets, visits, rates: own };
}

interface TimedEvent {
  readonly time: number;
  readonly listener: number;
  readonly guard: number;
}

/** All events of a timed release, in order. Visits are uniform in time, so only those with events are drawn. */
function timedEvents(
  random: Random,
  scenario: RampScenario,
  shares: readonly number[],
  crowd: Crowd,
): TimedEvent[] {
  const events: TimedEvent[] = [];
  for (const [guard, rates] of crowd.rates.entries()) {
    for (const [listener, rate] of rates.entries()) {
      const most = Math.min(1, rate * MAX_DRIFT * scenario.ratio);
      const drawn = binomial(random, crowd.visits[listener] ?? 0, most);
      for (let k = 0; k < drawn; k += 1) {
        const time = random();
        const share = shares[Math.floor(time * shares.length)] ?? FULL_SHARE;
        const own =
          rate * scenario.drift(time) * ((crowd.buckets[listener] ?? 0) < share ? scenario.ratio : 1);
        if (random() < Math.min(1, own) / most) events.push({ time, listener, guard });
      }
    }
  }
  return events.toSorted((a, b) => a.time - b.time);
}

function timedRelease(random: Random, scenario: RampScenario, shares: readonly number[]): boolean {
  const crowd = crowdOf(random, scenario);
  const guards = scenario.rates.map(() => new Guard(scenario.relativeMargin));
  const threshold = Math.log(guards.length / ALPHA);
  for (const { time, listener, guard } of timedEvents(random, scenario, shares, crowd)) {
    const stage = Math.floor(time * shares.length);
    const share = shares[stage] ?? FULL_SHARE;
    guards[guard]?.event(listener, stage, share, (crowd.buckets[listener] ?? 0) < share);
    if ((guards[guard]?.logE ?? 0) >= threshold) return true;
  }
  return false;
}

function dataDrivenRelease(
  random: Random,
  scenario: RampScenario,
  { shares, treatedListeners }: Schedule & { readonly kind: 'data-driven' },
): boolean {
  const crowd = crowdOf(random, scenario);
  const guards = scenario.rates.map(() => new Guard(scenario.relativeMargin));
  const threshold = Math.log(guards.length / ALPHA);
  // Each visit is one of a listener picked as often as they come.
  const visitors = Array.from(crowd.visits).flatMap((visits, listener) =>
    Array<number>(visits).fill(listener),
  );
  const length = Math.ceil(visitors.length / (2 * shares.length));
  let visited = 0;
  for (const [stage, share] of shares.entries()) {
    const treatedHere = new Set<number>();
    for (let visit = 0; visit < 4 * length; visit += 1) {
      const quiet = guards.every(({ logE }) => logE < LITTLE_EVIDENCE);
      if (visit >= length && treatedHere.size >= treatedListeners && quiet) break;
      const listener = visitors[Math.floor(random() * visitors.length)] ?? 0;
      const treated = (crowd.buckets[listener] ?? 0) < share;
      if (treated) treatedHere.add(listener);
      const drift = scenario.drift((visited / visitors.length) % 1);
      visited += 1;
      for (const [guard, state] of guards.entries()) {
        const rate = (crowd.rates[guard]?.[listener] ?? 0) * drift * (treated ? scenario.ratio : 1);
        if (random() < rate) state.event(listener, stage, share, treated);
        if (state.logE >= threshold) return true;
      }
    }
  }
  return false;
}

/** Whether a release was rolled back at any time; every event is a look. */
export function simulateRelease(random: Random, scenario: RampScenario): boolean {
  switch (scenario.schedule.kind) {
    case 'timed':
      return timedRelease(random, scenario, scenario.schedule.shares);
    case 'data-driven':
      return dataDrivenRelease(random, scenario, scenario.schedule);
    default:
      return scenario.schedule satisfies never;
  }
}

const SCENARIO: RampScenario = {
  listeners: 2_000,
  rates: [0.01],
  spread: 0.3,
  ratio: 1,
  relativeMargin: 0,
  drift: steady,
  schedule: { kind: 'timed', shares: STAGES },
};

/** The ways in which a share rises. */
const RAMPS: Readonly<Record<string, Pick<RampScenario, 'schedule'>>> = {
  'stages 5-20-50-100 %': { schedule: { kind: 'timed', shares: STAGES } },
  'continuous ramp 1-61 %': { schedule: { kind: 'timed', shares: CONTINUOUS } },
  'stages that wait for data': {
    schedule: { kind: 'data-driven', shares: STAGES, treatedListeners: 40 },
  },
};

/** What might fool a guard on any of them. */
const CONDITIONS: Readonly<Record<string, Partial<RampScenario>>> = {
  '': {},
  ', rates that drift through the day': { drift: daily },
  ', margin of 20 %, rate exactly there': { listeners: 4_000, ratio: 1.2, relativeMargin: 0.2 },
  ', three guards at once': { listeners: 1_000, rates: [0.01, 0.05, 0.1] },
  ', three guards, drift and a margin of 20 %': {
    listeners: 1_000,
    rates: [0.01, 0.05, 0.1],
    drift: daily,
    ratio: 1.2,
    relativeMargin: 0.2,
  },
};

/** Releases without harm beyond the margin, one for each way in which a guard might be fooled. */
export const HARMLESS_RELEASES: Readonly<Record<string, RampScenario>> = {
  ...Object.fromEntries(
    Object.entries(RAMPS).flatMap(([ramp, schedule]) =>
      Object.entries(CONDITIONS).map(([condition, fields]): [string, RampScenario] => [
        `${ramp}${condition}`,
        { ...SCENARIO, ...schedule, ...fields },
      ]),
    ),
  ),
  'stages, few listeners with most errors': { ...SCENARIO, listeners: 400, rates: [0.05], spread: 0.1 },
  'stages, frequent errors (30 %)': { ...SCENARIO, listeners: 400, rates: [0.3], spread: 1 },
  'stages that wait for data, heavy users': {
    ...SCENARIO,
    rates: [0.03],
    spread: 0.05,
    schedule: { kind: 'data-driven', shares: STAGES, treatedListeners: 40 },
  },
  'margin of 100 %, rate exactly there': {
    ...SCENARIO,
    listeners: 4_000,
    rates: [0.02],
    spread: 0.05,
    ratio: 2,
    relativeMargin: 1,
  },
};
