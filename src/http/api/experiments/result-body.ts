import * as z from 'zod';
import type { Comparison } from '../../../experiment/result/compare.ts';
import type {
  ExperimentResult,
  MetricResult,
  SampleRatio,
} from '../../../experiment/result/experiment-result.ts';
import type { ExperimentReading } from '../../../experiment/reading.ts';
import { timestampSchema } from '../items/common-schemas.ts';
import { experimentBody, experimentSchema, isoOrNull, phaseBody, phaseSchema } from './experiment-schemas.ts';

const intervalSchema = z.object({ effect: z.number(), lower: z.number(), upper: z.number() });
const missingSchema = z.object({
  units: z.number(),
  events: z.number(),
  non_events: z.number(),
});
const sampleRatioSchema = z.object({
  p_value: z.number().describe('May be looked at any time.'),
  is_mismatch: z.boolean().describe('True below 1 %.'),
});
const armSchema = z.object({
  variation: z.int(),
  name: z.string(),
  units: z.int(),
  reporting: z.int().describe('Those of them that reported any event of the metrics.'),
});

const comparisonSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('not-enough-data'),
    missing: z
      .object({ control: missingSchema, treatment: missingSchema })
      .describe('What each arm needs before an interval is shown.'),
    e_value: z
      .number()
      .nullable()
      .describe('Of a conversion: the exact evidence so far; above 1 / alpha it would decide.'),
  }),
  z.object({ status: z.literal('no-spread') }),
  z.object({
    status: z.literal('ok'),
    control_mean: z.number(),
    treatment_mean: z.number(),
    difference: intervalSchema.describe('Treatment minus control; may be looked at any time.'),
    lift: intervalSchema.nullable().describe('The same as a part of the control’s mean.'),
    fixed_horizon: intervalSchema.describe('Of the difference, for one look at the planned size.'),
    p_value: z.number().describe('May be looked at any time.'),
    adjustment: z
      .object({
        variance_left: z.number().describe('Of the difference; at most 0.95, or it is not used.'),
        unadjusted: intervalSchema.describe('The difference of the plain values.'),
      })
      .nullable()
      .describe(
        'What listeners did before was taken off (CUPED), and everything above follows it; null: everything is of the plain values.',
      ),
    missing: z
      .object({ units: z.number(), days: z.number().nullable() })
      .nullable()
      .describe('What a decision probably still needs; null: it is decided, or out of sight.'),
  }),
]);

const metricResultSchema = z.object({
  metric: z.string(),
  is_primary: z.boolean(),
  treatment: z.int().describe('The variation.'),
  comparison: comparisonSchema,
  adjusted_p_value: z
    .number()
    .nullable()
    .describe('Holm’s over the treatments for the primary metric, Benjamini and Hochberg’s over the others.'),
  is_decided: z.boolean(),
  stable_since: timestampSchema
    .nullable()
    .describe(
      'Of a decided metric: the first of the looks, one every ten seconds while it runs, that all decided it the same way. Null: not decided, or not looked at yet.',
    ),
  sentence: z.string(),
});

export const resultSchema = z
  .object({
    experiment: experimentSchema,
    phases: z.array(phaseSchema),
    arms: z.array(armSchema).describe('Control first.'),
    excluded: z.int().describe('Listeners who saw two variations in one phase; no arm counts them.'),
    bots: z.int().describe('Listeners whose user agent is a bot’s; no arm counts them.'),
    sample_ratio: sampleRatioSchema,
    reporting_ratio: sampleRatioSchema.describe(
      'Of the listeners who report: a version that stops reporting is a failure.',
    ),
    metrics: z.array(metricResultSchema),
    sentence: z.string().describe('For people; its times are UTC.'),
  })
  .meta({ id: 'ExperimentResult' });

export const resultBody = ({ experiment, phases }: ExperimentReading, result: ExperimentResult) => ({
  experiment: experimentBody(experiment),
  phases: phases.map(phaseBody),
  arms: result.arms,
  excluded: result.excluded,
  bots: result.bots,
  sample_ratio: ratioBody(result.sampleRatio),
  reporting_ratio: ratioBody(result.reportingRatio),
  metrics: result.metrics.map(metricResultBody),
  sentence: result.sentence,
});

const ratioBody = ({ pValue, isMismatch }: SampleRatio) => ({ p_value: pValue, is_mismatch: isMismatch });

const metricResultBody = (result: MetricResult) => ({
  metric: result.metric.key,
  is_primary: result.isPrimary,
  treatment: result.treatment.variation,
  comparison: comparisonBody(result.comparison),
  adjusted_p_value: result.adjustedPValue,
  is_decided: result.isDecided,
  stable_since: isoOrNull(result.stableSince),
  sentence: result.sentence,
});

function comparisonBody(comparison: Comparison): z.infer<typeof comparisonSchema> {
  switch (comparison.status) {
    case 'no-spread':
      return comparison;
    case 'not-enough-data': {
      const { status, missing, eValue } = comparison;
      const of = ({ units, events, nonEvents }: typeof missing.control) => ({
        units,
        events,
        non_events: nonEvents,
      });
      return {
        status,
        missing: { control: of(missing.control), treatment: of(missing.treatment) },
        e_value: eValue,
      };
    }
    case 'ok': {
      const { status, difference, lift, adjustment, missing } = comparison;
      return {
        status,
        control_mean: comparison.controlMean,
        treatment_mean: comparison.treatmentMean,
        difference,
        lift,
        fixed_horizon: comparison.fixedHorizon,
        p_value: comparison.pValue,
        adjustment: adjustment && {
          variance_left: adjustment.varianceLeft,
          unadjusted: adjustment.unadjusted,
        },
        missing,
      };
    }
    default:
      return comparison satisfies never;
  }
}
