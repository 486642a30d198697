import { expect, test } from 'vitest';
import type { SeriesTotals } from '../../../src/release/guard/guard-reading.ts';
import { settingsOf } from '../../../src/release/guard/judge-guard.ts';
import { describeSmallestEffect, smallestEffect } from '../../../src/release/guard/smallest-effect.ts';
import type { Guard } from '../../../src/release/plan/release-plan.ts';
import { guardOf } from '../../support/release-machine.ts';

const ERRORS = guardOf('playlist-error');
const within = (name: string): Guard => ({
  ...guardOf(name),
  margin: { kind: 'absolute', points: 0.02, withinMs: 60_000 },
});

const events = (controlEvents: number): SeriesTotals => ({
  kind: 'events',
  classes: [{ share: 10_000, controlAtShare: 0, treatmentEvents: 1, controlEvents }],
});
const values = (treatmentValues: number): SeriesTotals => ({
  kind: 'values',
  scale: { cap: 900, centre: 100, scale: 50 },
  logEPerTilt: [0, 0, 0, 0],
  treatmentValues,
  controlValues: 900,
});
const outcomes = (treatment: number): SeriesTotals => ({
  kind: 'outcomes',
  logE: 0,
  counts: {
    treatmentSuccess: 0,
    treatmentFailure: treatment,
    controlSuccess: 45,
    controlFailure: 855,
  },
});

/** Effects as they were found by simulation with a power of about 80 %; see test/behaviour/statistics/guard. */
test.each<[string, Guard, SeriesTotals, string]>([
  ['20 errors of the old version', ERRORS, events(20), 'is 5.6 times the old version’s rate'],
  ['1,000 errors', ERRORS, events(1_000), 'is 1.5 times the old version’s rate'],
  ['no error at all', ERRORS, events(0), 'No harm was so large'],
  ['fewer plays', guardOf('play'), events(1_000), 'is 0.61 times the old version’s rate'],
  ['values of 100 listeners', guardOf('page-duration-shift'), values(100), 'is values that are 24 larger'],
  ['values of none', guardOf('page-duration-shift'), values(0), 'No harm was so large'],
  ['a margin of 2 in a hundred', within('skip'), outcomes(300), 'is 10 listeners in a hundred more'],
  ['a margin, with few listeners', within('skip'), outcomes(2), 'No harm was so large'],
])('%s', (_, guard, series, text) => {
  const settings = settingsOf(guard, { alpha: 0.01, guards: [guard] });
  expect(describeSmallestEffect('m', smallestEffect(guard, series, settings))).toContain(text);
});
