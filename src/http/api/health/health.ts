import { isoTime } from '../../../shared/iso-time.ts';
import * as z from 'zod';
import type { ApiDeps, ReadinessCheck } from '../api-deps.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { timestampSchema } from '../items/common-schemas.ts';

const readinessSchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'not_ready']),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'Readiness' });

const notCached = { 'cache-control': 'no-store' };

/** Is the process alive, should it get requests, and how is it doing. */
export function healthOperations({
  store,
  version,
  now,
  readiness,
  metrics,
}: Pick<ApiDeps, 'store' | 'version' | 'now' | 'readiness' | 'metrics'>): readonly Operation[] {
  return [
    operation('getHealth', 'get', '/health', {
      tag: 'Service',
      summary: 'Is the process alive?',
      description: 'For what restarts the process when it hangs. It asks nothing of the database.',
      role: 'public',
      replies: {
        200: {
          description: 'Yes',
          body: z
            .object({ status: z.literal('healthy'), timestamp: timestampSchema, version: z.string() })
            .meta({ id: 'Health' }),
        },
      },
      handle: () => reply(200, { status: 'healthy', timestamp: isoTime(now()), version }, notCached),
    }),
    operation('getReadiness', 'get', '/ready', {
      tag: 'Service',
      summary: 'Should requests be sent here?',
      description: 'For load balancers. `checks` says what is away.',
      role: 'public',
      replies: {
        200: {
          description: 'Yes; `degraded` while a part is away and requests are served from memory',
          body: readinessSchema,
        },
        503: { description: 'Not now: see `checks`', body: readinessSchema },
      },
      handle: () => {
        const { ready, detail } = store.health();
        const checks: readonly ReadinessCheck[] = [{ name: 'store', ok: ready, detail }, ...readiness()];
        const shown = checks.map(({ name, ok, detail: text }) => ({ name, ok, detail: text }));
        if (checks.some((check) => !check.ok && check.required === true)) {
          return reply(503, { status: 'not_ready', checks: shown }, { ...notCached, 'retry-after': '1' });
        }
        const status = checks.every((check) => check.ok) ? 'ready' : 'degraded';
        return reply(200, { status, checks: shown }, notCached);
      },
    }),
    operation('getMetrics', 'get', '/metrics', {
      tag: 'Service',
      summary: 'Counters and durations for Prometheus',
      description: "In Prometheus' text format: evaluations, durations, streams, events, and the process.",
      role: 'viewer',
      replies: {
        200: {
          description: "Prometheus' text format",
          body: z.string(),
          asText: true,
          mediaType: 'text/plain; version=0.0.4; charset=utf-8',
        },
      },
      handle: async () => reply(200, await metrics.registry.metrics(), notCached),
    }),
  ];
}
