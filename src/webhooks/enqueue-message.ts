import type { Transaction } from 'kysely';
import { isoTime } from '../shared/iso-time.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { EnvironmentRef } from '../store/store.ts';
import { newDelivery } from './new-delivery.ts';
import type { WebhookEvent } from './webhook.ts';
import { wants } from './webhook-message.ts';
import { webhookOf } from './webhooks.ts';

export interface WebhookMessage {
  readonly event: WebhookEvent;
  readonly environment: EnvironmentRef;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The message's `data`. */
  readonly data: object;
}

/**
 * Queues a message to every webhook that wants it, in the transaction of what it tells of: it is sent if that becomes
 * durable, and not otherwise.
 */
export async function enqueueMessage(
  db: Transaction<Schema>,
  { event, environment, at, data }: WebhookMessage,
  newId: () => string,
): Promise<void> {
  const hooks = await db.selectFrom('webhooks').selectAll().where('enabled', '=', 1).execute();
  const payload = JSON.stringify({ type: event, timestamp: isoTime(at), data });
  for (const row of hooks.filter((hook) => wants(webhookOf(hook), event, environment))) {
    const delivery = newDelivery({ id: `msg_${newId()}`, webhookId: row.id, event, payload, at });
    await db.insertInto('webhook_deliveries').values(delivery).execute();
  }
}
