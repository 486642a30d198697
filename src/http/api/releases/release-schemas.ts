import * as z from 'zod';
import { COMMANDS } from '../../../release/machine/observation.ts';
import { RELEASE_STATES } from '../../../release/machine/release-state.ts';
import { ACTIONS } from '../../../release/machine/transition.ts';
import { planSchema } from '../../../release/plan/plan-document.ts';
import { keySchema } from '../../input/key-schema.ts';
import { authorSchema } from '../audit/audit-schemas.ts';
import { textSchema, timestampSchema } from '../items/common-schemas.ts';

const guardSchema = z
  .object({
    metric: z.string(),
    action: z.enum(['rollback', 'pause']),
    verdict: z
      .enum(['tripped', 'passes', 'too-few', 'unreadable'])
      .describe('`too-few`: fewer listeners than the guard needs, so it neither passes nor fails.'),
    evidence: z.number().describe('How many times likelier harm makes what was counted (an e-value).'),
    threshold: z.number().describe('At this evidence the guard trips.'),
    listeners: z
      .int()
      .describe('Listeners on the new variation; with an absolute margin, those whose time is over.'),
    control_listeners: z.int().describe('Listeners on the old variation.'),
    minimum_listeners: z.int(),
    treatment_events: z.int().describe('Listeners of the new variation with the event, each once a stage.'),
    control_events: z.int(),
    ratio_bound: z
      .number()
      .nullable()
      .describe(
        'The new rate is at least this many times the old one (for plays and likes: at most); null: unknown.',
      ),
    smallest_visible_ratio: z
      .number()
      .nullable()
      .describe('The ratio of rates that would have been found with 80 %; null: none would.'),
    sentence: z.string(),
  })
  .meta({ id: 'ReleaseGuard' });

export const releaseSchema = z
  .object({
    id: z.string(),
    project: keySchema,
    environment: keySchema,
    flag: z.string(),
    rule: z.string(),
    state: z.enum(RELEASE_STATES),
    stage: z.int().describe('Index into `stages`; -1 before the first.'),
    share: z.number().describe('Percent that the release serves the new variation to.'),
    sentence: z.string().describe('Why it is where it is.'),
    held_ms: z.number().describe('How long the present stage has been watched.'),
    stages: z
      .array(
        z.object({
          share: z.number(),
          hold_ms: z.number(),
          needs_approval: z.boolean(),
          kind: z.enum(['stage', 'ramp', 'holdback']),
        }),
      )
      .describe('As they are carried out: a ramp is many small ones, and a holdback is the last.'),
    guards: z.array(guardSchema),
    plan: planSchema,
    created_at: timestampSchema,
    created_by: authorSchema,
    updated_at: timestampSchema,
    finished_at: timestampSchema.nullable().describe('Null while it is under way.'),
  })
  .meta({ id: 'Release' });

export const releaseCreateSchema = planSchema
  .extend({
    environment: keySchema.exactOptional().describe('Default: that of the query.'),
    template: textSchema(64)
      .min(1)
      .exactOptional()
      .describe('A named plan that fills in what this one does not say; see `GET /releases/templates`.'),
  })
  .meta({
    id: 'ReleaseCreate',
    examples: [
      {
        flag: 'progressive-rollout',
        rule: 'default',
        from: 1,
        to: 0,
        stages: [
          { share: 5, hold: '10m' },
          { share: 25, hold: '30m' },
          { share: 100, hold: '1h' },
        ],
        guards: [
          { metric: 'playlist-error', margin: { relative: 0 }, action: 'rollback' },
          { metric: 'page-duration', margin: { relative: 0.1 }, action: 'pause', minimumListeners: 100 },
        ],
        approvals: [2],
        freeze: [{ days: ['friday'], from: '16:00', to: '24:00', timezone: 'Europe/Berlin' }],
        holdback: { share: 10, watch: '1d' },
      },
    ],
  });

export const decisionSchema = z
  .object({
    number: z.int(),
    at: timestampSchema,
    action: z.enum(ACTIONS),
    sentence: z.string(),
    record: z
      .record(z.string(), z.unknown())
      .describe(
        'All that the decision was made of (state, counts, evidence, thresholds, command) and what came out.',
      ),
  })
  .meta({ id: 'ReleaseDecision' });

export const commandSchema = z.enum(COMMANDS);
