import type { WebhookDeliveriesTable } from '../store/sql/tables/webhook-tables.ts';
import type { Delivery } from './webhook.ts';

export interface NewDelivery extends Pick<Delivery, 'id' | 'webhookId' | 'event'> {
  readonly payload: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The row of a delivery that nothing was done for yet, due at once. */
export function newDelivery({ id, webhookId, event, payload, at }: NewDelivery): WebhookDeliveriesTable {
  return {
    id,
    webhook_id: webhookId,
    event,
    payload,
    state: 'waiting',
    next_at: at,
    attempts: '[]',
    claim: null,
    claim_until: null,
    created_at: at,
    finished_at: null,
  };
}
