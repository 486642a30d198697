import * as z from 'zod';
import { WEBHOOK_EVENTS } from '../../../webhooks/webhook.ts';
import { formText } from '../../input/form-field.ts';
import type { WebhookDraft } from './webhook-pages.ts';

const event = z.enum(WEBHOOK_EVENTS, 'expected one of the events');

/** `events`: once for each that is ticked; none: all of them. `where`: this environment or every one. */
export const webhookForm = z.object({
  url: z
    .string('expected an address')
    .trim()
    .min(1, 'expected an address that begins with https://')
    .max(8_192, 'expected an address of at most 8,192 characters'),
  description: z
    .string()
    .trim()
    .max(2_000, 'expected at most 2,000 characters')
    .regex(/^[^\0]*$/, 'expected text')
    .transform((text) => (text === '' ? null : text))
    .default(null),
  events: z.union([event.transform((one) => [one]), z.array(event)]).default([]),
  where: z.enum(['every', 'here']).default('every'),
  enabled: z.literal('on').optional(),
});

/** What was typed, whether or not it is valid. */
export function webhookDraftIn(body: unknown, environment: string): WebhookDraft {
  const ticked = webhookForm.shape.events.catch([]);
  return {
    url: (formText(body, 'url') ?? '').slice(0, 8_192),
    description: (formText(body, 'description') ?? '').slice(0, 2_000),
    enabled: formText(body, 'enabled') === 'on',
    environment: formText(body, 'where') === 'here' ? environment : null,
    events: ticked.parse(typeof body === 'object' && body !== null ? Reflect.get(body, 'events') : []),
  };
}
