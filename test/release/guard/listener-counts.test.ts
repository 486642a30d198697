import { describe, expect, test } from 'vitest';
import { startTilt } from '../../../src/experiment/statistics/e-arm-tilt.ts';
import { countInto, type Ledger, type Series } from '../../../src/release/guard/listener-counts.ts';
import type { RelevantEvent } from '../../../src/release/guard/relevant-events.ts';
import { guardOf } from '../../support/release-machine.ts';

const ledgerOf = (...totals: Series[]): Ledger => ({
  units: new Map(),
  series: totals.map((each) => ({
    totals: each,
    counted: new Map(),
    changed: new Set(),
    windows: new Map(),
    changedWindows: new Set(),
  })),
  listeners: { treatment: 0, control: 0, newestAt: null },
  changedUnits: new Set(),
});
const errorsLedger = () => ledgerOf({ kind: 'events', guard: 0, classes: [] });

/** Version 2 serves stage 0 to 10 %, version 3 stage 1 to 50 %; from version 4 on somebody else decides. */
const VERSIONS = [
  { flagVersion: 2, stage: 0, share: 10_000 },
  { flagVersion: 3, stage: 1, share: 50_000 },
  { flagVersion: 4, stage: 1, share: null },
];
const served = (unit: string, at: number, arm: 'control' | 'treatment', flagVersion = 2): RelevantEvent => ({
  kind: 'served',
  unit,
  at,
  arm,
  flagVersion,
});
const failed = (unit: string, at: number, value?: number): RelevantEvent => ({
  kind: 'happened',
  unit,
  at,
  eventKey: 'playlist-error',
  value,
});
const guards = [guardOf('playlist-error')];

const classesOf = (...events: RelevantEvent[]) => {
  const ledger = errorsLedger();
  countInto(ledger, events, VERSIONS, guards);
  const [series] = ledger.series;
  return series?.totals.kind === 'events' ? series.totals.classes : [];
};

describe('a listener', () => {
  test('counts once in a stage, with the first event', () => {
    expect(classesOf(served('ann', 1, 'treatment'), failed('ann', 1), failed('ann', 2))).toEqual([
      { share: 10_000, controlAtShare: 0, treatmentEvents: 1, controlEvents: 0 },
    ]);
  });

  test('who counted as control counts in the next stage with the chance that is left', () => {
    const events = [
      served('ann', 1, 'control'),
      failed('ann', 1),
      served('ann', 2, 'treatment', 3),
      failed('ann', 2),
    ];
    expect(classesOf(...events)).toEqual([
      { share: 10_000, controlAtShare: 0, treatmentEvents: 0, controlEvents: 1 },
      { share: 50_000, controlAtShare: 10_000, treatmentEvents: 1, controlEvents: 0 },
    ]);
  });

  test('who counted as treatment tells nothing more', () => {
    const events = [
      served('ann', 1, 'treatment'),
      failed('ann', 1),
      served('ann', 2, 'treatment', 3),
      failed('ann', 2),
    ];
    expect(classesOf(...events)).toHaveLength(1);
  });

  test('counts at the share of the version that served them, not of the newest', () => {
    expect(classesOf(served('ann', 5, 'control', 2), failed('ann', 6))).toMatchObject([{ share: 10_000 }]);
  });

  test.each<[string, readonly RelevantEvent[]]>([
    ['whose page is not known', [failed('ann', 1)]],
    ['whose error came before their page', [served('ann', 5, 'treatment'), failed('ann', 4)]],
    ['who was served before the release', [served('ann', 1, 'control', 1), failed('ann', 1)]],
    ['who was served what somebody else decided', [served('ann', 1, 'treatment', 4), failed('ann', 1)]],
  ])('%s does not count', (_, events) => {
    expect(classesOf(...events)).toEqual([]);
  });

  test('who was served both versions is a listener of both', () => {
    const ledger = errorsLedger();
    const events = [
      served('ann', 1, 'control'),
      served('ann', 2, 'treatment', 3),
      served('bob', 3, 'control'),
    ];
    countInto(ledger, events, VERSIONS, guards);
    expect(ledger.listeners).toEqual({ treatment: 1, control: 2, newestAt: 3 });
  });
});

describe('a series of values', () => {
  const scale = { cap: 10, centre: 1, scale: 1 };
  const durations = (has: typeof scale | null): Series => ({
    kind: 'values',
    guard: 0,
    scale: has,
    logEPerTilt: startTilt(scale),
    treatmentValues: 0,
    controlValues: 0,
  });
  const counted = (has: typeof scale | null, value: number | undefined) => {
    const ledger = ledgerOf(durations(has));
    const shift = { ...guardOf('page-duration-shift') };
    const metric = { ...shift.metric, eventKey: 'playlist-error' };
    // The second of a stage does not count.
    const events = [served('ann', 1, 'treatment'), failed('ann', 2, value), failed('ann', 3, value)];
    countInto(ledger, events, VERSIONS, [{ ...shift, metric }]);
    const [series] = ledger.series;
    if (series?.totals.kind !== 'values') throw new Error('expected values');
    return series.totals;
  };

  test('counts the first value of a listener in a stage, on its scale', () => {
    const { treatmentValues, logEPerTilt } = counted(scale, 3);
    expect(treatmentValues).toBe(1);
    expect(Math.min(...logEPerTilt)).toBeGreaterThan(0);
  });

  test.each([
    ['without a scale', null, 3],
    ['of no value', scale, undefined],
    ['of NaN', scale, Number.NaN],
    ['of infinity', scale, Infinity],
  ])('counts nothing %s', (_, has, value) => {
    expect(counted(has, value)).toMatchObject({ treatmentValues: 0, logEPerTilt: [0, 0, 0, 0] });
  });
});
