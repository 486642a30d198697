import type { Transaction } from 'kysely';
import type { Schema } from '../store/sql/schema.ts';
import type { EnvironmentRef } from '../store/store.ts';
import type { WebhookEvent } from './webhook.ts';
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
  { event, environment: where, at, data }: WebhookMessage,
  newId: () => string,
): Promise<void> {
  const hooks = await db.selectFrom('webhooks').selectAll().where('enabled', '=', 1).execute();
  const payload = JSON.stringify({ type: event, timestamp: new Date(at).toISOString(), data });
  for (const row of hooks) {
    const { project, environment, events } = webhookOf(row);
    const isWanted =
      (project === null || project === where.project) &&
      (environment === null || environment === where.environment) &&
      (events.length === 0 || events.includes(event));
    if (!isWanted) continue;
    await db
      .insertInto('webhook_deliveries')
      .values({
        id: `msg_${newId()}`,
        webhook_id: row.id,
        event,
        payload,
        state: 'waiting',
        next_at: at,
        attempts: '[]',
        claim: null,
        claim_until: null,
        created_at: at,
        finished_at: null,
      })
      .execute();
  }
}
