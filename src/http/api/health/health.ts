import * as z from 'zod';
import { operation, type Operation } from '../openapi/operation.ts';
import { reply } from '../openapi/reply.ts';
import { timestampSchema } from '../items/common-schemas.ts';

export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  /** One plain sentence. */
  readonly detail: string;
}

export interface HealthDeps {
  readonly version: string;
  readonly now: () => number;
  /** Everything that must be well before requests should come here. */
  readonly readiness: () => readonly ReadinessCheck[];
  /** What Prometheus reads. */
  readonly metrics: () => Promise<string>;
}

const readinessSchema = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'Readiness' });

const notCached = { 'cache-control': 'no-store' };

/** Is the process alive, should it get requests, and how is it doing. */
export function healthOperations({ version, now, readiness, metrics }: HealthDeps): readonly Operation[] {
  return [
    operation({
      id: 'getHealth',
      method: 'get',
      path: '/health',
      tag: 'Service',
      summary: 'Is the process alive?',
      role: 'public',
      replies: {
        200: {
          description: 'Yes',
          body: z
            .object({ status: z.literal('healthy'), timestamp: timestampSchema, version: z.string() })
            .meta({ id: 'Health' }),
        },
      },
      handle: () =>
        reply(200, { status: 'healthy', timestamp: new Date(now()).toISOString(), version }, notCached),
    }),
    operation({
      id: 'getReadiness',
      method: 'get',
      path: '/ready',
      tag: 'Service',
      summary: 'Should requests be sent here?',
      role: 'public',
      replies: {
        200: { description: 'Yes', body: readinessSchema },
        503: { description: 'Not now: see `checks`', body: readinessSchema },
      },
      handle: () => {
        const checks = readiness();
        return checks.every((check) => check.ok)
          ? reply(200, { status: 'ready', checks }, notCached)
          : reply(503, { status: 'not_ready', checks }, { ...notCached, 'retry-after': '1' });
      },
    }),
    operation({
      id: 'getMetrics',
      method: 'get',
      path: '/metrics',
      tag: 'Service',
      summary: 'Counters and durations for Prometheus',
      role: 'viewer',
      replies: {
        200: {
          description: "Prometheus' text format",
          body: z.string(),
          asText: true,
          mediaType: 'text/plain; version=0.0.4; charset=utf-8',
        },
      },
      handle: async () => reply(200, await metrics(), notCached),
    }),
  ];
}
