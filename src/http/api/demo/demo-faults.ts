import * as z from 'zod';
import type { FaultSwitches } from '../../../demo/faults.ts';
import { type Operation, operation, reply } from '../operation.ts';

const faultsSchema = z
  .strictObject({
    errorRate: z.number().min(0).max(1).default(0).describe('The share of pages that fail.'),
    latencyMs: z.number().min(0).max(10_000).default(0).describe('How much longer a page takes.'),
    wrongOrder: z.boolean().default(false).describe('The tracks come in the opposite order.'),
  })
  .meta({ id: 'DemoFaults' });

export interface DemoFaultsDeps {
  readonly faults?: FaultSwitches;
}

/** Only in demo mode, and for operators: breaks the database version on purpose. */
export function demoFaultsOperations({ faults }: DemoFaultsDeps): readonly Operation[] {
  if (faults === undefined) return [];
  return [
    operation('getDemoFaults', 'get', '/demo/faults', {
      tag: 'Demo',
      summary: 'What is wrong with the database version on purpose',
      role: 'operator',
      replies: { 200: { description: 'The faults', body: faultsSchema } },
      handle: () => reply(200, faults.current()),
    }),
    operation('putDemoFaults', 'put', '/demo/faults', {
      tag: 'Demo',
      summary: 'Break the database version on purpose',
      description: 'Of this process, until it is set again or restarted. What is not named is off.',
      role: 'operator',
      body: faultsSchema,
      replies: { 200: { description: 'The faults', body: faultsSchema } },
      handle: ({ body }) => {
        faults.set(body);
        return reply(200, faults.current());
      },
    }),
  ];
}
