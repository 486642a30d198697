import { isoTime } from '../../../shared/iso-time.ts';
import {
  type Delivery,
  type Webhook,
  WEBHOOK_EVENTS,
  type WebhookFields,
} from '../../../webhooks/webhook.ts';
import type { DashboardScope } from '../dashboard-scope.ts';
import { type Moment, momentOf } from '../text/moment.ts';

export interface WebhooksPage {
  readonly webhooks: readonly {
    readonly href: string;
    readonly url: string;
    readonly description: string;
    readonly hears: string;
    readonly state: string;
    readonly enabled: boolean;
  }[];
  readonly form: WebhookForm;
}

/** One webhook, and what was sent to it. */
export interface WebhookPage {
  readonly url: string;
  readonly listHref: string;
  readonly state: string;
  readonly form: WebhookForm;
  /** A new secret: it is shown this once. */
  readonly secret: string | undefined;
  readonly testAction: string;
  readonly rotateAction: string;
  readonly deleteAction: string;
  /** Newest first. */
  readonly deliveries: readonly DeliveryRow[];
}

/** The fields of a webhook, as typed. */
export interface WebhookForm {
  readonly action: string;
  readonly url: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly everyEnvironment: boolean;
  readonly environmentName: string;
  readonly events: readonly { readonly name: string; readonly checked: boolean }[];
}

export interface DeliveryRow {
  readonly id: string;
  readonly event: string;
  readonly state: Delivery['state'];
  readonly created: Moment;
  /** When it is tried again. */
  readonly next: Moment | undefined;
  readonly attempts: readonly { readonly at: Moment; readonly result: string; readonly durationMs: number }[];
  readonly resendAction: string;
}

export type WebhookDraft = Pick<WebhookFields, 'url' | 'description' | 'enabled' | 'environment' | 'events'>;

const NEW_WEBHOOK: WebhookDraft = {
  url: '',
  description: null,
  enabled: true,
  environment: null,
  events: [],
};

export function webhooksPage(
  scope: DashboardScope,
  webhooks: readonly Webhook[],
  draft: WebhookDraft = NEW_WEBHOOK,
): WebhooksPage {
  return {
    webhooks: webhooks.map((webhook) => ({
      href: scope.href(`/webhooks/${webhook.id}`),
      url: webhook.url,
      description: webhook.description ?? '',
      hears: hearsText(webhook),
      state: stateText(webhook),
      enabled: webhook.enabled,
    })),
    form: webhookForm(scope, draft, '/webhooks'),
  };
}

/** @param now epoch milliseconds */
export function webhookPage(
  scope: DashboardScope,
  webhook: Webhook,
  deliveries: readonly Delivery[],
  now: number,
  { draft = webhook, secret }: { readonly draft?: WebhookDraft; readonly secret?: string | undefined } = {},
): WebhookPage {
  const path = `/webhooks/${webhook.id}`;
  return {
    url: webhook.url,
    listHref: scope.href('/webhooks'),
    state: stateText(webhook),
    form: webhookForm(scope, draft, path),
    secret,
    testAction: scope.href(`${path}/test`),
    rotateAction: scope.href(`${path}/rotate`),
    deleteAction: scope.href(`${path}/delete`),
    deliveries: deliveries.map((delivery) => deliveryRow(delivery, now, scope.href(`${path}/resend`))),
  };
}

function deliveryRow(
  { id, event, state, createdAt, nextAt, attempts }: Delivery,
  now: number,
  resendAction: string,
): DeliveryRow {
  const moment = (at: number): Moment => momentOf(isoTime(at), now);
  return {
    id,
    event,
    state,
    created: moment(createdAt),
    next: state === 'waiting' && attempts.length > 0 ? moment(nextAt) : undefined,
    attempts: attempts.map(({ at, status, error, durationMs }) => ({
      at: moment(at),
      result: status === null ? (error ?? 'no answer') : `status ${status}`,
      durationMs,
    })),
    resendAction,
  };
}

function webhookForm(scope: DashboardScope, draft: WebhookDraft, path: string): WebhookForm {
  return {
    action: scope.href(path),
    url: draft.url,
    description: draft.description ?? '',
    enabled: draft.enabled,
    everyEnvironment: draft.environment === null,
    environmentName: scope.environment.environment,
    events: WEBHOOK_EVENTS.map((name) => ({ name, checked: draft.events.includes(name) })),
  };
}

function hearsText({ events, environment }: WebhookFields): string {
  const what = events.length === 0 ? 'everything' : events.join(', ');
  return environment === null ? `${what}, in every environment` : `${what}, in ${environment}`;
}

function stateText({ enabled, disabledReason }: Webhook): string {
  if (enabled) return 'on';
  return disabledReason === null ? 'off' : `stopped: ${disabledReason}`;
}
