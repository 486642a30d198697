import { countInto, type Ledger } from '../../../src/release/guard/listener-counts.ts';
import { closeWindows, NO_OUTCOMES } from '../../../src/release/guard/outcome-windows.ts';
import type { RelevantEvent } from '../../../src/release/guard/relevant-events.ts';
import type { Guard } from '../../../src/release/plan/release-plan.ts';
import type { Random } from '../../../src/experiment/statistics/random.ts';
import { betaWithMean } from './random.ts';

/** A release under one guard with an absolute margin, through the program's own counting. */
export interface OutcomeScenario {
  readonly listeners: number;
  /** Mean rate of listeners with an event on the old version, in each stage. */
  readonly rate: number;
  /** What the new version adds to every listener's own rate, in points as a fraction. */
  readonly added: number;
  readonly margin: number;
  readonly shares: readonly number[];
}

const WITHIN_MS = 60_000;
const STAGE_MS = 600_000;
const LOG_THRESHOLD = Math.log(100);
const EVENTS_A_LOOK = 50;

const guardOf = (points: number): Guard => ({
  metric: { name: 'error', eventKey: 'error', harm: 'more-events', watches: 'events', noun: 'an error' },
  margin: { kind: 'absolute', points, withinMs: WITHIN_MS },
  action: 'rollback',
  minimumListeners: 30,
});

/** Visits of a stage: 1 to 5 of each listener that comes at all, each listener with a rate of its own. */
function stageEvents(
  random: Random,
  { added }: OutcomeScenario,
  stage: number,
  share: number,
  buckets: Float64Array,
  rates: Float64Array,
): RelevantEvent[] {
  const events: RelevantEvent[] = [];
  for (const [listener, own] of rates.entries()) {
    if (random() < 0.4) continue;
    const unit = String(listener);
    const isTreated = (buckets[listener] ?? 0) < share;
    const first = stage * STAGE_MS + random() * STAGE_MS * 0.8;
    const visits = 1 + Math.floor(5 * random());
    for (let visit = 0; visit < visits; visit += 1) {
      const at = first + visit * WITHIN_MS * random();
      const arm = isTreated ? 'treatment' : 'control';
      events.push({ kind: 'served', unit, at, arm, flagVersion: stage + 1 });
    }
    // The difference is exactly what is added, for every listener.
    if (random() < own * (1 - added) + (isTreated ? added : 0))
      events.push({
        kind: 'happened',
        unit,
        at: first + WITHIN_MS * 0.99 * random(),
        eventKey: 'error',
        value: undefined,
      });
  }
  return events.toSorted((a, b) => a.at - b.at);
}

/** Treated listeners at the time when the guard trips; null: it never does. */
export function simulateOutcomes(random: Random, scenario: OutcomeScenario): number | null {
  const { listeners, rate, margin, shares } = scenario;
  const buckets = Float64Array.from({ length: listeners }, () => random() * 100_000);
  const rates = Float64Array.from({ length: listeners }, () =>
    rate === 0 ? 0 : betaWithMean(random, rate, 0.5),
  );
  const guards = [guardOf(margin)];
  const totals = { kind: 'outcomes' as const, guard: 0, logE: 0, counts: NO_OUTCOMES };
  const series = {
    totals,
    counted: new Map(),
    changed: new Set<string>(),
    windows: new Map(),
    changedWindows: new Set<string>(),
  };
  const ledger: Ledger = {
    units: new Map(),
    series: [series],
    listeners: { treatment: 0, control: 0, newestAt: null },
    changedUnits: new Set(),
  };
  const versions = shares.map((share, stage) => ({ flagVersion: stage + 1, stage, share }));
  for (const [stage, share] of shares.entries()) {
    const events = stageEvents(random, scenario, stage, share, buckets, rates);
    for (let start = 0; start < events.length; start += EVENTS_A_LOOK) {
      const batch = events.slice(start, start + EVENTS_A_LOOK);
      countInto(ledger, batch, versions, guards);
      closeWindows(ledger, guards, batch.at(-1)?.at ?? 0);
      if (totals.logE >= LOG_THRESHOLD)
        return totals.counts.treatmentSuccess + totals.counts.treatmentFailure;
    }
  }
  return null;
}

const STAGED = [5_000, 20_000, 50_000, 90_000];

/** Releases whose new version is exactly as much worse as is allowed. */
export const HARMLESS_OUTCOMES: Readonly<Record<string, OutcomeScenario>> = {
  'margin of 2 points, rate exactly there': {
    listeners: 1_500,
    rate: 0.02,
    added: 0.02,
    margin: 0.02,
    shares: STAGED,
  },
  'margin of 5 points, none fails in control': {
    listeners: 1_500,
    rate: 0,
    added: 0.05,
    margin: 0.05,
    shares: STAGED,
  },
  'no margin, frequent events (30 %)': {
    listeners: 1_500,
    rate: 0.3,
    added: 0,
    margin: 0,
    shares: STAGED,
  },
};
