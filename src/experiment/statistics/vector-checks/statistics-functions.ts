import { z } from 'zod';
import { confidenceSequence, confidenceSequenceOneSided } from '../confidence-sequence.ts';
import { cuped } from '../cuped.ts';
import { eArmTilt } from '../e-arm-tilt.ts';
import { eEventsMixture, eEventsMixtureTotals } from '../e-events-mixture.ts';
import { eScoreMixture } from '../e-score-mixture.ts';
import { eTwoProportionsArrivals } from '../e-two-proportions-arrivals.ts';
import { eTwoProportionsBlocks } from '../e-two-proportions-blocks.ts';
import { ratioMetric, relativeLift } from '../fixed-horizon.ts';
import { multipleComparisons } from '../multiple-comparisons.ts';
import {
  minimalDetectableMean,
  minimalDetectableProportion,
  powerProportions,
  sampleSizeMeans,
  sampleSizeProportions,
} from '../power.ts';
import { sampleRatioChiSquare, sampleRatioSequential } from '../sample-ratio.ts';
import { twoProportionZ } from '../two-proportion-z.ts';
import { welchT } from '../welch-t.ts';
import { winsorise } from '../winsorise.ts';
import * as schemas from './case-schemas.ts';

type Result = Readonly<Record<string, unknown>>;

export type CaseResult =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'bad-input'; readonly problem: string };

/** Reads the input of a case, then calls the function with it. */
function callable<Input>(
  schema: z.ZodType<Input>,
  run: (input: Input) => object,
): (input: unknown) => CaseResult {
  return (input) => {
    const parsed = schema.safeParse(input);
    return parsed.success
      ? { kind: 'result', result: { ...run(parsed.data) } }
      : { kind: 'bad-input', problem: z.prettifyError(parsed.error) };
  };
}

/** Every function that vectors may name. */
export const STATISTICS_FUNCTIONS: ReadonlyMap<string, (input: unknown) => CaseResult> = new Map([
  ['twoProportionZ', callable(schemas.twoProportions, twoProportionZ)],
  ['welchT', callable(schemas.twoMeans, welchT)],
  ['ratioMetric', callable(schemas.twoRatios, ratioMetric)],
  ['relativeLift', callable(schemas.lift, relativeLift)],
  ['confidenceSequence', callable(schemas.sequence, confidenceSequence)],
  ['confidenceSequenceOneSided', callable(schemas.oneSidedSequence, confidenceSequenceOneSided)],
  ['eTwoProportionsBlocks', callable(schemas.blocks, eTwoProportionsBlocks)],
  ['eTwoProportionsArrivals', callable(schemas.arrivals, eTwoProportionsArrivals)],
  ['eEventsMixture', callable(schemas.eventsMixture, eEventsMixture)],
  ['eEventsMixtureTotals', callable(schemas.eventsMixtureTotals, eEventsMixtureTotals)],
  ['eScoreMixture', callable(schemas.scoreMixture, eScoreMixture)],
  ['eArmTilt', callable(schemas.armTilt, eArmTilt)],
  ['sampleRatioChiSquare', callable(schemas.sampleRatio, sampleRatioChiSquare)],
  ['sampleRatioSequential', callable(schemas.sampleRatioBatches, sampleRatioSequential)],
  ['cuped', callable(schemas.twoCuped, cuped)],
  ['multipleComparisons', callable(schemas.pValues, multipleComparisons)],
  ['sampleSizeProportions', callable(schemas.proportionSizes, sampleSizeProportions)],
  ['powerProportions', callable(schemas.proportionsPower, powerProportions)],
  ['minimalDetectableProportion', callable(schemas.proportionsDetectable, minimalDetectableProportion)],
  ['sampleSizeMeans', callable(schemas.meanSizes, sampleSizeMeans)],
  ['minimalDetectableMean', callable(schemas.meanDetectable, minimalDetectableMean)],
  ['winsorise', callable(schemas.winsorised, winsorise)],
]);
