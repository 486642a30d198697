import * as z from 'zod';
import { designSchema, type Experiment } from '../../../experiment/experiment.ts';
import type { Phase } from '../../../experiment/phases.ts';
import { authorSchema } from '../audit/audit-schemas.ts';
import { timestampSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';
import { metricBody, metricDefinitionSchema } from './metric-definitions.ts';

export const experimentDesignSchema = designSchema.meta({
  id: 'ExperimentDesign',
  examples: [
    {
      name: 'The full playlist',
      flag_name: 'progressive-rollout',
      control: { variation: 1, name: 'The top 10' },
      treatments: [{ variation: 0, name: 'The full playlist' }],
      primary_metric: 'play',
      other_metrics: ['playlist-error', 'page-load'],
    },
  ],
});

export const experimentSchema = z
  .object({
    id: z.string(),
    project: keySchema,
    environment: keySchema,
    status: z.enum(['draft', 'running', 'stopped']),
    design: designSchema,
    metrics: z.array(metricDefinitionSchema).describe('As they were at the start, the primary one first.'),
    created_at: timestampSchema,
    created_by: authorSchema,
    started_at: timestampSchema.nullable(),
    stopped_at: timestampSchema.nullable(),
    decided_at: timestampSchema
      .nullable()
      .describe('When the primary metric was decided for the first time; looked at every ten seconds.'),
  })
  .meta({ id: 'Experiment' });

export const phaseSchema = z.object({
  number: z.int(),
  from_version: z.int().describe('The first version of the flag that served these weights.'),
  started_at: timestampSchema,
  ended_at: timestampSchema.nullable(),
  weights: z.array(z.number()).describe('Control first; in thousandths of a percent.'),
});

const iso = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const experimentBody = (experiment: Experiment) => ({
  id: experiment.id,
  ...experiment.environment,
  status: experiment.status,
  design: experiment.design,
  metrics: experiment.metrics.map(metricBody),
  created_at: iso(experiment.createdAt),
  created_by: experiment.createdBy,
  started_at: isoOrNull(experiment.startedAt),
  stopped_at: isoOrNull(experiment.stoppedAt),
  decided_at: isoOrNull(experiment.decidedAt),
});

export const phaseBody = (phase: Phase) => ({
  number: phase.number,
  from_version: phase.fromVersion,
  started_at: iso(phase.startedAt),
  ended_at: isoOrNull(phase.endedAt),
  weights: phase.weights,
});
