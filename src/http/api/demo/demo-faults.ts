import * as z from 'zod';
import type { FaultSwitches } from '../../../demo/faults.ts';
import { type Operation, operation, reply } from '../operation.ts';

const errorRateSchema = z.number().min(0).max(1).describe('The share of pages that fail.');
const latencySchema = z.number().min(0).max(10_000).describe('How many milliseconds longer a page takes.');
const wrongOrderSchema = z.boolean().describe('The tracks come in the opposite order.');

const CONTROL = 'The same of the top 10. Its failed pages are counted, and shown all the same.';

const faultsSchema = z
  .object({
    errorRate: errorRateSchema,
    latencyMs: latencySchema,
    wrongOrder: wrongOrderSchema,
    control: z.object({ errorRate: errorRateSchema, latencyMs: latencySchema }).describe(CONTROL),
  })
  .meta({ id: 'DemoFaults' });

const faultsInputSchema = z
  .strictObject({
    errorRate: errorRateSchema.default(0),
    latencyMs: latencySchema.default(0),
    wrongOrder: wrongOrderSchema.default(false),
    control: z
      .strictObject({ errorRate: errorRateSchema.default(0), latencyMs: latencySchema.default(0) })
      .default({ errorRate: 0, latencyMs: 0 })
      .describe(CONTROL),
  })
  .meta({ id: 'DemoFaultsInput' });

export interface DemoFaultsDeps {
  readonly faults?: FaultSwitches;
}

/** Only in demo mode, and for operators: breaks the database version on purpose. */
export function demoFaultsOperations({ faults }: DemoFaultsDeps): readonly Operation[] {
  if (faults === undefined) return [];
  return [
    operation('getDemoFaults', 'get', '/demo/faults', {
      tag: 'Demo',
      summary: 'What is broken on purpose',
      description: 'Only in demo mode; elsewhere it is 404.',
      role: 'operator',
      replies: { 200: { description: 'The faults', body: faultsSchema } },
      handle: () => reply(200, faults.current()),
    }),
    operation('putDemoFaults', 'put', '/demo/faults', {
      tag: 'Demo',
      summary: 'Break the database version on purpose, or give the top 10 errors of its own',
      description: 'Of this process, until it is set again or restarted. What is not named is off.',
      role: 'operator',
      body: faultsInputSchema,
      replies: { 200: { description: 'The faults', body: faultsSchema } },
      handle: ({ body }) => {
        faults.set(body);
        return reply(200, faults.current());
      },
    }),
  ];
}
