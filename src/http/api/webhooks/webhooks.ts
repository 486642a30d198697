import { isoTime } from '../../../shared/iso-time.ts';
import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { WEBHOOK_EVENTS, type Webhook } from '../../../webhooks/webhook.ts';
import { invalidField, Problem } from '../../problems/problem.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { descriptionSchema, textSchema, timestampSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

const eventsSchema = z
  .array(z.enum(WEBHOOK_EVENTS))
  .max(WEBHOOK_EVENTS.length)
  .describe('What it hears of; an empty list is everything.');

const webhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string().nullable(),
    project: keySchema.nullable().describe('Null: of every project.'),
    environment: keySchema.nullable().describe('Null: of every environment.'),
    events: eventsSchema,
    enabled: z.boolean(),
    disabled_reason: z.string().nullable().describe('Why the service itself stopped calling.'),
    created_at: timestampSchema,
    updated_at: timestampSchema,
    created_by: z.string(),
  })
  .meta({ id: 'Webhook' });

const secretSchema = z
  .string()
  .describe('`whsec_…`, for a verifier of Standard Webhooks. It is shown this once.');

const newWebhookSchema = z
  .object({ webhook: webhookSchema, secret: secretSchema })
  .meta({ id: 'NewWebhook' });

const urlSchema = z.string().min(1).max(8_192).describe('https, on port 443 or 8443, at a public address.');

const optionalFields = {
  description: descriptionSchema.exactOptional(),
  project: keySchema.nullable().exactOptional(),
  environment: keySchema.nullable().exactOptional(),
  events: eventsSchema.exactOptional(),
  enabled: z.boolean().exactOptional(),
};

const createSchema = z.strictObject({ url: urlSchema, ...optionalFields }).meta({ id: 'WebhookCreate' });
const updateSchema = z
  .strictObject({ url: urlSchema.exactOptional(), ...optionalFields })
  .meta({ id: 'WebhookUpdate', description: 'Only what is named changes.' });

const rotateSchema = z
  .strictObject({
    grace_seconds: z
      .int()
      .min(0)
      .max(7 * 24 * 3600)
      .default(86_400)
      .describe('How long the old secret signs as well.'),
  })
  .meta({ id: 'WebhookRotate' });

export const webhookParams = z.strictObject({ webhook_id: textSchema(128).min(1) });

export const noSuchWebhook = (): Problem => new Problem(404, 'not_found', 'There is no webhook of that id.');

const shownOnce = { 'cache-control': 'no-store' };

/** URLs that are called when something changes. */
export function webhooksOperations({ notifier }: Pick<ApiDeps, 'notifier'>): readonly Operation[] {
  const { webhooks } = notifier;
  const requireTarget = async (url: string): Promise<void> => {
    const check = await notifier.checkTarget(url);
    if (!check.ok) throw invalidField('/url', check.code, check.detail);
  };

  return [
    operation('createWebhook', 'post', '/webhooks', {
      tag: 'Webhooks',
      summary: 'Create a webhook',
      description:
        'Signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`). A delivery without a response 2xx is sent again after 30 s, 5 min, 30 min, 2 h, 8 h and 24 h, or later where Retry-After says so; 410 ends it. Redirects are not followed.',
      role: 'admin',
      body: createSchema,
      replies: {
        201: {
          description: 'The webhook, with its secret',
          body: newWebhookSchema,
          headers: { Location: 'Where it is.' },
        },
      },
      handle: async ({ body, author }) => {
        await requireTarget(body.url);
        const { webhook, secret } = await webhooks.create(author, {
          description: null,
          project: null,
          environment: null,
          events: [],
          enabled: true,
          ...body,
        });
        return reply(
          201,
          { webhook: webhookBody(webhook), secret },
          { ...shownOnce, Location: `/webhooks/${webhook.id}` },
        );
      },
    }),
    operation('listWebhooks', 'get', '/webhooks', {
      tag: 'Webhooks',
      summary: 'List webhooks, oldest first',
      description: 'Without their secrets.',
      role: 'admin',
      replies: { 200: { description: 'All of them', body: z.array(webhookSchema) } },
      handle: async () => reply(200, (await webhooks.list()).map(webhookBody)),
    }),
    operation('getWebhook', 'get', '/webhooks/{webhook_id}', {
      tag: 'Webhooks',
      summary: 'Read a webhook',
      description: 'Without its secret, which is shown once.',
      role: 'admin',
      params: webhookParams,
      replies: { 200: { description: 'The webhook', body: webhookSchema } },
      handle: async ({ params }) => {
        const webhook = await webhooks.get(params.webhook_id);
        if (webhook === undefined) throw noSuchWebhook();
        return reply(200, webhookBody(webhook));
      },
    }),
    operation('updateWebhook', 'put', '/webhooks/{webhook_id}', {
      tag: 'Webhooks',
      summary: 'Change a webhook',
      description:
        'Only what is named changes. `enabled: true` takes up again one that was disabled because its receiver responded with 410.',
      role: 'admin',
      params: webhookParams,
      body: updateSchema,
      replies: { 200: { description: 'The webhook as it is now', body: webhookSchema } },
      handle: async ({ params, body, author }) => {
        if (body.url !== undefined) await requireTarget(body.url);
        const webhook = await webhooks.update(author, params.webhook_id, body);
        if (webhook === undefined) throw noSuchWebhook();
        return reply(200, webhookBody(webhook));
      },
    }),
    operation('deleteWebhook', 'delete', '/webhooks/{webhook_id}', {
      tag: 'Webhooks',
      summary: 'Delete a webhook, and what is on its way to it',
      description: 'Deliveries that wait are dropped.',
      role: 'admin',
      params: webhookParams,
      replies: { 204: { description: 'Gone' } },
      handle: async ({ params, author }) => {
        if (!(await webhooks.delete(author, params.webhook_id))) throw noSuchWebhook();
        return reply(204);
      },
    }),
    operation('rotateWebhookSecret', 'post', '/webhooks/{webhook_id}/rotate', {
      tag: 'Webhooks',
      summary: 'A new secret; the old one signs as well for a while',
      description:
        'Each delivery carries both signatures until the grace period is over, so that a receiver can change without losing one.',
      role: 'admin',
      params: webhookParams,
      body: rotateSchema,
      replies: {
        201: {
          description: 'The new secret',
          body: z.object({ secret: secretSchema }).meta({ id: 'WebhookSecret' }),
        },
      },
      handle: async ({ params, body, author }) => {
        const secret = await webhooks.rotate(author, params.webhook_id, body.grace_seconds);
        if (secret === undefined) throw noSuchWebhook();
        return reply(201, { secret }, shownOnce);
      },
    }),
  ];
}

function webhookBody(webhook: Webhook) {
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    project: webhook.project,
    environment: webhook.environment,
    events: webhook.events,
    enabled: webhook.enabled,
    disabled_reason: webhook.disabledReason,
    created_at: isoTime(webhook.createdAt),
    updated_at: isoTime(webhook.updatedAt),
    created_by: webhook.createdBy,
  };
}
