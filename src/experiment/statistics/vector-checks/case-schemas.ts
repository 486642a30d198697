import { z } from 'zod';

/** What each function of the vectors takes. Unknown fields are allowed: a case may say more than is needed. */

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);
const inside = z.number().gt(0).lt(1);
const positive = z.number().positive();
const arm = z.union([z.literal(0), z.literal(1)]);

const proportionSums = z
  .object({ n: count, successes: count })
  .refine(({ n, successes }) => successes <= n, 'expected no more successes than units');
const meanSums = z.object({ n: count, sum: z.number(), sumOfSquares: count });
const ratioSums = z.object({
  n: count,
  numeratorSum: z.number(),
  denominatorSum: z.number(),
  numeratorSumOfSquares: count,
  denominatorSumOfSquares: count,
  sumOfProducts: z.number(),
});
const cupedSums = z.object({
  n: count,
  preSum: z.number(),
  preSumOfSquares: count,
  postSum: z.number(),
  postSumOfSquares: count,
  sumOfProducts: z.number(),
});

export const twoProportions = z.object({ control: proportionSums, treatment: proportionSums, alpha: inside });
export const twoMeans = z.object({ control: meanSums, treatment: meanSums, alpha: inside });
export const twoRatios = z.object({ control: ratioSums, treatment: ratioSums, alpha: inside });
export const twoCuped = z.object({ control: cupedSums, treatment: cupedSums, alpha: inside });

const twoArms = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('proportion'), control: proportionSums, treatment: proportionSums }),
  z.object({ kind: z.literal('mean'), control: meanSums, treatment: meanSums }),
  z.object({ kind: z.literal('ratio'), control: ratioSums, treatment: ratioSums }),
]);
export const lift = z.intersection(twoArms, z.object({ alpha: inside }));
export const sequence = z.intersection(
  twoArms,
  z.object({ relative: z.boolean(), alpha: inside, tuning: positive }),
);
export const oneSidedSequence = z.intersection(
  twoArms,
  z.object({ alpha: z.number().gt(0).lt(0.5), tuning: positive }),
);

const prior = z.object({
  controlSuccess: positive,
  controlFailure: positive,
  treatmentSuccess: positive,
  treatmentFailure: positive,
});
const side = z.enum(['two-sided', 'treatment-greater']);
export const blocks = z.object({
  controlPerBlock: count,
  treatmentPerBlock: count,
  prior,
  side,
  blocks: z.array(z.tuple([count, count])).readonly(),
});
const observed = z.object({
  share: inside,
  prior,
  observations: z.array(z.tuple([arm, arm])).readonly(),
});
export const arrivals = z.discriminatedUnion('side', [
  observed.extend({ side: z.literal('two-sided') }),
  observed.extend({
    side: z.literal('treatment-greater'),
    absoluteMargin: z.number().min(0).lt(1).exactOptional(),
  }),
]);

const mixture = z.object({
  ratios: z.array(positive).min(1),
  weights: z.array(positive).min(1),
  relativeMargin: z.number().gt(-1).exactOptional(),
});
const oneWeightEach = ({ ratios, weights }: z.infer<typeof mixture>): boolean =>
  ratios.length === weights.length;
const WEIGHTS_PROBLEM = 'expected one weight for each ratio';
export const eventsMixture = mixture
  .extend({ events: z.array(z.tuple([share, arm])) })
  .refine(oneWeightEach, WEIGHTS_PROBLEM);
export const eventsMixtureTotals = mixture
  .extend({ classes: z.array(z.object({ share, treatmentEvents: count, controlEvents: count })) })
  .refine(oneWeightEach, WEIGHTS_PROBLEM);

export const scoreMixture = z.object({ score: z.number(), variance: count, rho: positive });
export const armTilt = z.object({
  tilts: z.array(z.number()).min(1),
  cap: z.number(),
  centre: z.number(),
  scale: positive,
  observations: z.array(z.tuple([share, arm, z.number()])),
});

export const sampleRatio = z
  .object({ counts: z.array(count).min(2), weights: z.array(positive) })
  .refine(({ counts, weights }) => counts.length === weights.length, 'expected one weight for each count');
export const sampleRatioBatches = z
  .object({
    probabilities: z.array(inside).min(2),
    concentration: positive,
    batches: z.array(z.array(count)),
  })
  .refine(
    ({ probabilities, batches }) => batches.every((batch) => batch.length === probabilities.length),
    'expected one count for each probability in every batch',
  );

export const pValues = z.object({ pValues: z.array(share) });

const proportionsTest = z.object({ baseline: share, control: count, treatmentN: count, alpha: inside });
export const proportionSizes = z.object({
  baseline: share,
  treatment: share,
  alpha: inside,
  power: inside,
  ratio: positive,
});
export const proportionsPower = proportionsTest.extend({ treatment: share });
export const proportionsDetectable = proportionsTest.extend({ power: inside });
export const meanSizes = z.object({
  standardDeviation: count,
  difference: z.number(),
  alpha: inside,
  power: inside,
  ratio: positive,
});
export const meanDetectable = z.object({
  standardDeviation: count,
  control: count,
  treatmentN: count,
  alpha: inside,
  power: inside,
});
export const winsorised = z.object({ values: z.array(z.number()), lower: share, upper: share });
