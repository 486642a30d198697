/** What a webhook can hear of; `test` is sent by hand only. */
export const WEBHOOK_EVENTS = [
  'flag.created',
  'flag.updated',
  'flag.deleted',
  'segment.created',
  'segment.updated',
  'segment.deleted',
  'release.changed',
  'experiment.decided',
  'experiment.stopped',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export interface WebhookFields {
  readonly url: string;
  readonly description: string | null;
  /** `null`: of every project. */
  readonly project: string | null;
  /** `null`: of every environment. */
  readonly environment: string | null;
  /** Empty: every event. */
  readonly events: readonly WebhookEvent[];
  readonly enabled: boolean;
}

export interface Webhook extends WebhookFields {
  readonly id: string;
  /** Why the service itself stopped calling; null while it calls, or when a person stopped it. */
  readonly disabledReason: string | null;
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
}

export interface DeliveryAttempt {
  readonly at: number;
  /** Of the answer; null when there was none. */
  readonly status: number | null;
  /** Why it did not count; null when it did. `blocked_address`: the name leads somewhere it must not. */
  readonly error: string | null;
  readonly durationMs: number;
}

export type DeliveryState = 'waiting' | 'sending' | 'delivered' | 'failed';

/** One event on its way to one webhook. */
export interface Delivery {
  /** Also the `webhook-id` header, the same on every attempt. */
  readonly id: string;
  readonly webhookId: string;
  readonly event: WebhookEvent | 'test';
  readonly state: DeliveryState;
  /** When to try again; of no meaning once it is over. */
  readonly nextAt: number;
  /** Oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
  readonly createdAt: number;
  readonly finishedAt: number | null;
}
