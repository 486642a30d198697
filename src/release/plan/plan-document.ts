import * as z from 'zod';
import { DURATION_PATTERN } from './duration.ts';
import { isTimeZone } from './freeze.ts';

/** 0–100, up to three decimals, since weights are thousandths of a percent. */
const percentSchema = z.number().min(0).max(100).multipleOf(0.001);

const durationSchema = z
  .string()
  .max(64)
  .regex(DURATION_PATTERN, 'expected a duration such as 10m, 1h 30m or 2d')
  .meta({ description: 'A duration such as `10m`, `1h 30m` or `2d`.', examples: ['10m'] });

const timeOfDaySchema = z
  .string()
  .regex(
    /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/,
    'expected a time of day such as 09:00, or 24:00 for the end of it',
  );

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

const freezeSchema = z.union([
  z
    .strictObject({
      days: z.array(z.enum(WEEKDAYS)).min(1).max(7).exactOptional().describe('Default: every day.'),
      from: timeOfDaySchema.describe('The start, included.'),
      to: timeOfDaySchema.describe('The end, not included; before `from`: on the next day.'),
      timezone: z
        .string()
        .max(64)
        .refine(isTimeZone, 'expected a time zone such as Europe/Berlin')
        .exactOptional()
        .describe('An IANA time zone. Default: UTC.'),
    })
    .describe('Times of the week.'),
  z
    .strictObject({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) })
    .describe('One stretch of time.'),
]);

const marginSchema = z.union([
  z.strictObject({
    relative: z
      .number()
      .min(0)
      .max(100)
      .describe('How much worse than control is allowed, as a part of its rate: 0.2 is 20 %.'),
  }),
  z.strictObject({
    absolute: z
      .number()
      .min(0)
      .max(0.999)
      .describe('The same in points, as a fraction: 0.02 is two listeners in a hundred.'),
    within: durationSchema
      .exactOptional()
      .describe(
        'An event counts when it comes so soon after the listener’s first page of a stage; then the listener is judged. Default: the metric’s own window, else 1m.',
      ),
  }),
]);

export const guardSchema = z.strictObject({
  metric: z.string().min(1).max(256),
  margin: marginSchema.exactOptional().describe('Default: no worse than control, `{"relative": 0}`.'),
  action: z.enum(['rollback', 'pause']).exactOptional().describe('Default: `rollback`.'),
  minimumListeners: z
    .int()
    .min(1)
    .max(10_000_000)
    .exactOptional()
    .describe('With fewer listeners on the new variation the guard neither passes nor fails. Default: 30.'),
});

const stageSchema = z.strictObject({
  share: percentSchema.describe('Percent of the rule’s listeners that get the new variation.'),
  hold: durationSchema.describe('How long the stage is watched before the next.'),
});

const rampSchema = z.strictObject({
  duration: durationSchema,
  curve: z
    .enum(['linear', 'ease-in', 'exponential'])
    .exactOptional()
    .describe('How the share rises: evenly, slowly at first, or doubling. Default: `linear`.'),
  startShare: percentSchema.exactOptional().describe('Default: 0.'),
  endShare: percentSchema.exactOptional().describe('Default: 100.'),
});

/** What a template fills in where a plan does not say it. */
export const courseFields = {
  stages: z.array(stageSchema).min(1).max(100).exactOptional(),
  ramp: rampSchema.exactOptional().describe('Instead of stages: a share that rises all the time.'),
  guards: z.array(guardSchema).max(10).exactOptional().describe('Default: none, so that only time decides.'),
  approvals: z
    .array(z.int().min(0))
    .max(100)
    .exactOptional()
    .describe('Indexes of the stages that begin only when somebody has approved.'),
  freeze: z
    .array(freezeSchema)
    .max(20)
    .exactOptional()
    .describe('When no stage begins. A rollback never waits.'),
  holdback: z
    .strictObject({ share: percentSchema.min(0.001).max(50), watch: durationSchema })
    .exactOptional()
    .describe(
      'This share keeps the old variation after the last stage while the guards watch on; then it gets the new one.',
    ),
  alpha: z
    .number()
    .min(1e-9)
    .max(0.2)
    .exactOptional()
    .describe('The chance of a false alarm in the whole release, all guards together. Default: 0.01.'),
  extendAtMost: durationSchema
    .exactOptional()
    .describe(
      'How long a stage waits for listeners beyond its hold before the release ends as inconclusive. Default: 1h.',
    ),
};

export const courseSchema = z.strictObject(courseFields).meta({ id: 'ReleaseCourse' });
export type Course = z.output<typeof courseSchema>;

/** A release as people write it. Everything of it is kept and shown as it was written. */
export const planSchema = z
  .strictObject({
    flag: z.string().min(1).max(256),
    rule: z
      .string()
      .min(1)
      .max(256)
      .exactOptional()
      .describe('`default`, or a rule’s id. Default: `default`.'),
    from: z.int().min(0).describe('Index of the variation that everybody has now.'),
    to: z.int().min(0).describe('Index of the variation that is released.'),
    start: z
      .union([z.literal('now'), z.literal('manual'), z.iso.datetime({ offset: true })])
      .exactOptional()
      .describe('A time, `now`, or `manual` to wait for `POST /releases/{id}/start`. Default: `now`.'),
    ...courseFields,
  })
  .meta({ id: 'ReleasePlan' });

export type PlanDocument = z.output<typeof planSchema>;
export type GuardDocument = z.output<typeof guardSchema>;
export type FreezeDocument = z.output<typeof freezeSchema>;
