import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Author, EnvironmentRef } from '../store/store.ts';
import { parseAuthor } from '../store/stored-json.ts';
import type { ExperimentsTable } from '../store/sql/tables/experiment-run-tables.ts';
import { type Metric, storedMetrics } from './metrics/metric.ts';
import { DEFAULT_RULE } from './rule-weights.ts';

const arm = z.strictObject({
  variation: z.int().min(0).describe('The index of the variation.'),
  name: z.string().min(1).max(256).describe('For sentences: “The full playlist”.'),
});
const metricKey = z.string().min(1).max(256);

/** What an experiment compares, and how. */
export const designSchema = z.strictObject({
  name: z.string().min(1).max(256),
  flag_name: z.string().min(1).max(256),
  rule: z.string().min(1).max(256).default(DEFAULT_RULE).describe('The id of a rule, or `default`.'),
  control: arm,
  treatments: z.array(arm).min(1).max(10),
  primary_metric: metricKey.describe('It decides.'),
  other_metrics: z
    .array(metricKey)
    .max(20)
    .default([])
    .describe('Guardrails and whatever else is looked at.'),
  alpha: z.number().min(0.0001).max(0.2).default(0.05).describe('The chance of a false decision, two-sided.'),
  planned_units: z
    .int()
    .min(100)
    .max(1_000_000_000)
    .default(10_000)
    .describe('The size at which the interval is narrowest: listeners of all arms.'),
  history_days: z
    .int()
    .min(0)
    .max(28)
    .default(7)
    .describe(
      'What listeners did so many days before their first exposure is taken off conversions, counts and sums (CUPED) where that narrows the interval; 0: never.',
    ),
});
export type ExperimentDesign = z.infer<typeof designSchema>;

export interface Experiment {
  readonly id: string;
  readonly environment: EnvironmentRef;
  readonly status: 'draft' | 'running' | 'stopped';
  readonly design: ExperimentDesign;
  /** As they were at the start, the primary one first. Empty before. */
  readonly metrics: readonly Metric[];
  /** The kind of context that is a unit. */
  readonly unitKind: string;
  readonly seenAuditId: number;
  /** False: the experiment turned tracking of the rule on, and has not turned it off yet. */
  readonly wasTracked: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly createdBy: Author;
  readonly startedAt: number | null;
  readonly stoppedAt: number | null;
  /** When the primary metric was decided for the first time. */
  readonly decidedAt: number | null;
}

/** An experiment that counts events. */
export interface RunningExperiment extends Experiment {
  /** Control first. */
  readonly variations: readonly number[];
}

export const historyMsOf = ({ history_days }: Pick<ExperimentDesign, 'history_days'>): number =>
  history_days * 86_400_000;

export const variationsOf = ({ control, treatments }: ExperimentDesign): readonly number[] =>
  [control, ...treatments].map(({ variation }) => variation);

export function experimentFrom(row: Selectable<ExperimentsTable>): RunningExperiment {
  const design = designSchema.parse(JSON.parse(row.design));
  return {
    id: row.id,
    environment: { project: row.project, environment: row.environment },
    status: row.status,
    design,
    variations: variationsOf(design),
    metrics: storedMetrics.parse(JSON.parse(row.metrics)),
    unitKind: row.unit_kind,
    seenAuditId: row.seen_audit_id,
    wasTracked: row.was_tracked === 1,
    createdAt: row.created_at,
    createdBy: parseAuthor(row.created_by),
    startedAt: row.started_at,
    stoppedAt: row.stopped_at,
    decidedAt: row.decided_at,
  };
}
