import { z } from 'zod';
import { METHOD } from '../guard/judge-guard.ts';
import type { GuardReadings } from '../guard/guard-reading.ts';
import type { Command, Observation } from '../machine/observation.ts';
import { RELEASE_STATES, type ReleaseState } from '../machine/release-state.ts';
import { ACTIONS, type Transition } from '../machine/transition.ts';

/** What is kept of a decision. */
export interface DecisionRecord {
  readonly method: string;
  readonly before: ReleaseState;
  readonly command?: Command;
  readonly observation: Omit<Observation, 'judgements'> & { readonly readings: GuardReadings | null };
  /** What the guards made of the readings. */
  readonly judgements: Observation['judgements'] | null;
  readonly action: Transition['action'];
  readonly after: ReleaseState;
}

export function decisionRecord(
  before: ReleaseState,
  { judgements, ...observation }: Observation,
  readings: GuardReadings | null,
  { action, state }: Transition,
  command?: Command,
): DecisionRecord {
  return {
    method: METHOD,
    before,
    ...(command === undefined ? {} : { command }),
    observation: { ...observation, readings },
    judgements: judgements ?? null,
    action,
    after: state,
  };
}

export const stateSchema: z.ZodType<ReleaseState> = z.object({
  state: z.enum(RELEASE_STATES),
  stage: z.int(),
  share: z.int(),
  heldMs: z.number(),
  stageSince: z.number().nullable(),
  approvedStage: z.int(),
  blockedBy: z.enum(['freeze', 'too-few', 'silent', 'unreadable']).nullable(),
  tripped: z.array(z.string()),
  accepted: z.array(z.string()),
  trackedBefore: z.boolean(),
  servedVersion: z.int(),
  sentence: z.string(),
});

const classSchema = z.object({
  share: z.number(),
  controlAtShare: z.number(),
  treatmentEvents: z.number(),
  controlEvents: z.number(),
});

const countsSchema = z.object({
  controlSuccess: z.number(),
  controlFailure: z.number(),
  treatmentSuccess: z.number(),
  treatmentFailure: z.number(),
});

const seriesSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('events'), classes: z.array(classSchema) }),
  z.object({
    kind: z.literal('values'),
    scale: z.object({ cap: z.number(), centre: z.number(), scale: z.number() }).nullable(),
    logEPerTilt: z.array(z.number()),
    treatmentValues: z.number(),
    controlValues: z.number(),
  }),
  z.object({ kind: z.literal('outcomes'), logE: z.number(), counts: countsSchema }),
]);

const judgementSchema = z.object({
  metric: z.string(),
  verdict: z.enum(['tripped', 'passes', 'too-few']),
  logE: z.number(),
  logThreshold: z.number(),
  listeners: z.number(),
  minimumListeners: z.number(),
  logEParts: z.array(z.number()),
  smallestEffect: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal(['ratio', 'difference', 'shift']), value: z.number() }),
      z.object({ kind: z.literal('none') }),
    ])
    .exactOptional(),
});

/** A record from its row. */
export const recordSchema = z.object({
  method: z.string(),
  before: stateSchema,
  command: z
    .object({
      kind: z.enum(['start', 'pause', 'resume', 'advance', 'approve', 'rollback', 'stop']),
      by: z.string(),
    })
    .exactOptional(),
  observation: z.object({
    now: z.number(),
    watchedMs: z.number(),
    rule: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('split'),
        share: z.number(),
        isTracked: z.boolean(),
        flagOn: z.boolean(),
        flagVersion: z.number(),
      }),
      z.object({ kind: z.literal('other'), detail: z.string() }),
    ]),
    isFrozen: z.boolean(),
    newestAt: z.number().nullable(),
    readings: z
      .object({
        listeners: z.object({ treatment: z.number(), control: z.number() }),
        newestAt: z.number().nullable(),
        guards: z.array(seriesSchema),
      })
      .nullable(),
  }),
  judgements: z.array(judgementSchema).nullable(),
  action: z.enum(ACTIONS),
  after: stateSchema,
}) satisfies z.ZodType<DecisionRecord>;
