import { isoTime } from '../../../shared/iso-time.ts';
import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { type Delivery, WEBHOOK_EVENTS } from '../../../webhooks/webhook.ts';
import { Problem } from '../../problems/problem.ts';
import { LINK_HEADER, linkToNext, timePage, timePageQuery } from '../items/keyset-page.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { textSchema, timestampSchema } from '../items/common-schemas.ts';
import { noSuchWebhook, webhookParams } from './webhooks.ts';

const deliverySchema = z
  .object({
    id: z.string().describe('The `webhook-id` header, the same on every attempt.'),
    event: z.enum([...WEBHOOK_EVENTS, 'test']),
    state: z.enum(['waiting', 'sending', 'delivered', 'failed']),
    next_attempt_at: timestampSchema.nullable().describe('Null when there will be none.'),
    created_at: timestampSchema,
    finished_at: timestampSchema.nullable(),
    attempts: z.array(
      z.object({
        at: timestampSchema,
        status: z.int().nullable().describe('Of the response; null when there was none.'),
        error: z
          .string()
          .nullable()
          .describe('Null when it was delivered; `blocked_address` when the name led somewhere it must not.'),
        duration_ms: z.int(),
      }),
    ),
  })
  .meta({ id: 'Delivery' });

/** What was sent to a webhook and how it went; the test button; and once more. */
export function webhookDeliveriesOperations({
  notifier: { webhooks, deliveries, runner },
  cursors,
}: Pick<ApiDeps, 'notifier' | 'cursors'>): readonly Operation[] {
  return [
    operation('testWebhook', 'post', '/webhooks/{webhook_id}/test', {
      tag: 'Webhooks',
      summary: 'Send a test event now',
      description:
        'Waits for the response, ten seconds at most. A test that fails is sent again like any other event.',
      role: 'admin',
      params: webhookParams,
      replies: { 200: { description: 'How it went', body: deliverySchema } },
      handle: async ({ params: { webhook_id: webhookId } }) => {
        const id = await deliveries.enqueueTest(webhookId);
        if (id === undefined) throw noSuchWebhook();
        const sent = (await runner.sendNow({ id, webhookId })) ?? (await deliveries.get(webhookId, id));
        if (sent === undefined) throw noSuchWebhook();
        return reply(200, deliveryBody(sent));
      },
    }),
    operation('listWebhookDeliveries', 'get', '/webhooks/{webhook_id}/deliveries', {
      tag: 'Webhooks',
      summary: 'List what was sent, newest first',
      description: 'Kept for thirty days after it is over.',
      role: 'admin',
      params: webhookParams,
      query: z.strictObject(timePageQuery),
      replies: {
        200: { description: 'A page of deliveries', body: z.array(deliverySchema), headers: LINK_HEADER },
      },
      handle: async ({ params: { webhook_id: id }, query, url }) => {
        if ((await webhooks.get(id)) === undefined) throw noSuchWebhook();
        const { items, next } = await timePage(
          cursors,
          ['deliveries', id],
          query,
          (position, limit) =>
            deliveries.list(id, {
              limit,
              ...(position === undefined ? {} : { before: { createdAt: position.time, id: position.id } }),
            }),
          ({ createdAt }) => createdAt,
        );
        return reply(200, items.map(deliveryBody), linkToNext(url, next));
      },
    }),
    operation('retryWebhookDelivery', 'post', '/webhooks/{webhook_id}/deliveries/{delivery_id}/retry', {
      tag: 'Webhooks',
      summary: 'Send it once more',
      description: 'With the same id, by which a receiver can tell that it has it already.',
      role: 'admin',
      params: webhookParams.extend({ delivery_id: textSchema(128).min(1) }),
      replies: { 202: { description: 'It is in the queue', body: deliverySchema } },
      problems: [409],
      handle: async ({ params: { webhook_id, delivery_id } }) => {
        const queued = await deliveries.retry(webhook_id, delivery_id);
        const delivery = await deliveries.get(webhook_id, delivery_id);
        if (delivery === undefined) throw new Problem(404, 'not_found', 'There is no delivery of that id.');
        if (!queued) throw new Problem(409, 'conflict', 'It is on its way at this moment.');
        return reply(202, deliveryBody(delivery));
      },
    }),
  ];
}

function deliveryBody({ id, event, state, nextAt, createdAt, finishedAt, attempts }: Delivery) {
  return {
    id,
    event,
    state,
    next_attempt_at: state === 'waiting' ? isoTime(nextAt) : null,
    created_at: isoTime(createdAt),
    finished_at: finishedAt === null ? null : isoTime(finishedAt),
    attempts: attempts.map(({ at, status, error, durationMs }) => ({
      at: isoTime(at),
      status,
      error,
      duration_ms: durationMs,
    })),
  };
}
