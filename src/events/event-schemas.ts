import { z } from 'zod';
import type { JsonValue } from '../evaluation/model.ts';
import { isStorable } from './context-keys.ts';

/** Epoch milliseconds up to the year 9999; JSON's 1e400 arrives as Infinity and is refused. */
const moment = z.number().min(0).max(253_402_300_799_999).transform(Math.floor);
/** Flags and metrics, in bytes of UTF-8: ours are at most 256, other senders' a little longer. */
const MAX_NAME_BYTES = 512;
const name = z
  .string()
  .min(1)
  .refine((text) => isStorable(text, MAX_NAME_BYTES));
const fields = z.record(z.string(), z.unknown());
/** Absent numbers come as null from some SDKs. */
const version = z.int().min(0).nullish();
/** What both databases keep: PostgreSQL's integer. */
const variation = z.int().min(0).max(2_147_483_647).nullish();
const samplingRatio = z.number().nullish();
/** Comes from JSON, so it is JSON; looking through it would take long where it is large. */
const value = z.custom<JsonValue>().optional();

/** Kept when it looks like a reason; a strange one costs only itself. */
const reason = z
  .looseObject({ kind: z.string(), inExperiment: z.boolean().optional() })
  .nullish()
  .catch(undefined);

const whose = {
  context: fields.optional(),
  contextKeys: fields.optional(),
  user: fields.optional(),
  userKey: z.union([z.string(), z.number()]).optional(),
};

const evaluation = {
  key: name,
  value,
  variation,
  version,
  reason,
};

const feature = {
  creationDate: moment,
  ...evaluation,
  prereqOf: z.string().nullish(),
  samplingRatio,
  ...whose,
};

const custom = {
  creationDate: moment,
  key: name,
  data: value,
  /** Bounded so that the squares of many still add up in a double. */
  metricValue: z.number().min(-1e15).max(1e15).nullish(),
  url: z.string().nullish(),
  samplingRatio,
  ...whose,
};

const flags = z.object({ old: z.boolean().optional(), new: z.boolean().optional() });
const numbers = z.object({ old: z.number().optional(), new: z.number().optional() });

const measurement = z.discriminatedUnion('key', [
  z.object({ key: z.literal('invoked'), values: flags }),
  z.object({ key: z.literal('error'), values: flags }),
  z.object({ key: z.literal('latency_ms'), values: numbers }),
  z.object({ key: z.literal('consistent'), value: z.boolean() }),
]);

const counter = z.object({
  value,
  count: z.int().min(0).max(1e12),
  variation,
  version,
});

/** One entry of a body posted to `/bulk`, by its kind; fields that we have no use for are left out. */
export const ENTRY = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('feature'), ...feature }),
  z.object({ kind: z.literal('debug'), ...feature }),
  z.object({ kind: z.literal('custom'), ...custom }),
  z.object({ kind: z.literal('click'), ...custom }),
  z.object({ kind: z.literal('pageview'), ...custom }),
  z.object({ kind: z.literal('index'), creationDate: moment, ...whose }),
  z.object({ kind: z.literal('identify'), creationDate: moment, ...whose }),
  z.object({
    kind: z.literal('migration_op'),
    creationDate: moment,
    operation: z.enum(['read', 'write']),
    evaluation: z.object(evaluation),
    measurements: z.array(measurement).max(16).default([]),
    samplingRatio,
    ...whose,
  }),
  z.object({
    kind: z.literal('summary'),
    startDate: moment,
    endDate: moment,
    features: z.record(name, z.object({ counters: z.array(counter).max(10_000) })),
  }),
]);

export type Entry = z.infer<typeof ENTRY>;
export type MeasurementEntry = z.infer<typeof measurement>;
