import type { ExpressionBuilder, Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { WebhookDeliveriesTable } from '../store/sql/tables/webhook-tables.ts';
import { newDelivery } from './new-delivery.ts';
import type { Verdict } from './retry.ts';
import type { Delivery, DeliveryAttempt } from './webhook.ts';
import { changeMessage, eventOf, testMessage, wants } from './webhook-message.ts';
import { liveSecrets, webhookOf } from './webhooks.ts';

/** A delivery that one sender has in its hands for a while, with all that it takes to send it. */
export interface ClaimedDelivery {
  readonly delivery: Delivery;
  readonly token: string;
  readonly url: string;
  readonly secrets: readonly string[];
  readonly payload: string;
}

export interface Deliveries {
  /** Turns what the audit log has become longer by into deliveries; resolves with whether there was anything. */
  enqueue(): Promise<boolean>;
  /** A `test` event; undefined: no such webhook. */
  enqueueTest(webhookId: string): Promise<string | undefined>;
  /** What is to be sent now, oldest first, leaving out some webhooks. */
  due(limit: number, without?: readonly string[]): Promise<readonly Pick<Delivery, 'id' | 'webhookId'>[]>;
  /** Undefined: another sender was faster, or its time has not come. */
  claim(id: string, when?: 'due' | 'early'): Promise<ClaimedDelivery | undefined>;
  settle(claimed: ClaimedDelivery, attempt: Omit<DeliveryAttempt, 'error'>, verdict: Verdict): Promise<void>;
  get(webhookId: string, id: string): Promise<Delivery | undefined>;
  /** Newest first; those before a place in that order. */
  list(
    webhookId: string,
    query: { readonly before?: { readonly createdAt: number; readonly id: string }; readonly limit: number },
  ): Promise<readonly Delivery[]>;
  /** Once more, from the first attempt; false: no such delivery, or it is on its way anyway. */
  retry(webhookId: string, id: string): Promise<boolean>;
}

export interface DeliveriesDeps {
  readonly database: Database;
  readonly now: () => number;
  readonly newId: () => string;
}

/** Longer than the longest request, so that no other runner sends what is being sent. */
export const CLAIM_MS = 60_000;
const ENTRIES_AT_ONCE = 100;

const ATTEMPTS: z.ZodType<readonly DeliveryAttempt[]> = z.array(
  z.object({
    at: z.number(),
    status: z.number().nullable(),
    error: z.string().nullable(),
    durationMs: z.number(),
  }),
);

type DeliveryRow = Selectable<WebhookDeliveriesTable>;

/** The queue of what webhooks are to hear; it survives restarts, and any number of instances may work on it. */
export function createDeliveries({ database, now, newId }: DeliveriesDeps): Deliveries {
  const enqueueFrom = async (tx: Transaction<Schema>): Promise<boolean> => {
    // Writing the row first locks it: of two instances one queues an entry, and the other finds it queued.
    const cursor = await tx
      .updateTable('webhook_cursor')
      .set((columns) => ({ audit_id: columns.ref('audit_id') }))
      .where('id', '=', 1)
      .returning('audit_id')
      .executeTakeFirstOrThrow();
    const entries = await tx
      .selectFrom('audit')
      .selectAll()
      .where('id', '>', cursor.audit_id)
      .orderBy('id')
      .limit(ENTRIES_AT_ONCE)
      .execute();
    const last = entries.at(-1);
    if (last === undefined) return false;
    const hooks = await tx.selectFrom('webhooks').selectAll().where('enabled', '=', 1).execute();
    const rows = entries.flatMap((entry) => {
      const event = eventOf(entry);
      const wanted = hooks.filter((hook) => wants(webhookOf(hook), event, entry));
      const payload = wanted.length === 0 ? '' : changeMessage(entry);
      // Ids sort as the changes came, so that of two in one millisecond the first is sent first.
      const order = String(entry.id).padStart(12, '0');
      return wanted.map((hook) =>
        newDelivery({ id: `msg_${order}_${newId()}`, webhookId: hook.id, event, payload, at: now() }),
      );
    });
    for (const row of rows) await tx.insertInto('webhook_deliveries').values(row).execute();
    await tx.updateTable('webhook_cursor').set({ audit_id: last.id }).where('id', '=', 1).execute();
    return true;
  };

  /** Never while no webhook is enabled, so that a change then costs no second commit; see `startCursor`. */
  const isBehind = async (): Promise<boolean> => {
    const row = await database.read((tx) =>
      tx
        .selectFrom('audit')
        .select('id')
        .where('id', '>', tx.selectFrom('webhook_cursor').select('audit_id').where('id', '=', 1))
        .where((eb) => eb.exists(tx.selectFrom('webhooks').select('id').where('enabled', '=', 1)))
        .limit(1)
        .executeTakeFirst(),
    );
    return row !== undefined;
  };

  return {
    enqueue: async () => (await isBehind()) && database.write(enqueueFrom),

    enqueueTest: (webhookId) =>
      database.write(async (tx) => {
        const hook = await tx
          .selectFrom('webhooks')
          .select('id')
          .where('id', '=', webhookId)
          .executeTakeFirst();
        if (hook === undefined) return undefined;
        // The caller sends it; the runner only if the caller stops before.
        const [id, at] = [`msg_${newId()}`, now()];
        const delivery = newDelivery({ id, webhookId, event: 'test', payload: testMessage(at), at });
        const row = { ...delivery, next_at: at + CLAIM_MS };
        await tx.insertInto('webhook_deliveries').values(row).execute();
        return row.id;
      }),

    async due(limit, without = []) {
      const at = now();
      return database.read((tx) =>
        tx
          .selectFrom('webhook_deliveries')
          .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook_id')
          .select(['webhook_deliveries.id as id', 'webhook_deliveries.webhook_id as webhookId'])
          .where('webhooks.enabled', '=', 1)
          .$if(without.length > 0, (query) => query.where('webhooks.id', 'not in', without))
          .where(isDue(at))
          .orderBy('webhook_deliveries.next_at')
          .orderBy('webhook_deliveries.id')
          .limit(limit)
          .execute(),
      );
    },

    claim: (id, when = 'due') =>
      database.write(async (tx) => {
        const at = now();
        const token = newId();
        const row = await tx
          .updateTable('webhook_deliveries')
          .set({ state: 'sending', claim: token, claim_until: at + CLAIM_MS })
          .where('id', '=', id)
          .where(when === 'due' ? isDue(at) : isWaiting)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const hook = await tx
          .selectFrom('webhooks')
          .selectAll()
          .where('id', '=', row.webhook_id)
          .executeTakeFirstOrThrow();
        return {
          delivery: deliveryOf(row),
          token,
          url: hook.url,
          secrets: liveSecrets(hook, at),
          payload: row.payload,
        };
      }),

    settle: ({ delivery, token }, attempt, verdict) =>
      database.write(async (tx) => {
        const error = verdict.state === 'delivered' ? null : verdict.error;
        const attempts: readonly DeliveryAttempt[] = [...delivery.attempts, { ...attempt, error }];
        await tx
          .updateTable('webhook_deliveries')
          .set({
            state: verdict.state,
            attempts: JSON.stringify(attempts),
            claim: null,
            claim_until: null,
            ...(verdict.state === 'waiting' ? { next_at: verdict.nextAt } : { finished_at: now() }),
          })
          .where('id', '=', delivery.id)
          .where('claim', '=', token)
          .execute();
        if (verdict.state !== 'failed' || !verdict.gone) return;
        await tx
          .updateTable('webhooks')
          .set({ enabled: 0, disabled_reason: 'the target answered 410 Gone', updated_at: now() })
          .where('id', '=', delivery.webhookId)
          .execute();
      }),

    async get(webhookId, id) {
      const row = await database.read((tx) =>
        tx
          .selectFrom('webhook_deliveries')
          .selectAll()
          .where('id', '=', id)
          .where('webhook_id', '=', webhookId)
          .executeTakeFirst(),
      );
      return row === undefined ? undefined : deliveryOf(row);
    },

    async list(webhookId, { before, limit }) {
      const rows = await database.read((tx) =>
        tx
          .selectFrom('webhook_deliveries')
          .selectAll()
          .where('webhook_id', '=', webhookId)
          .$if(before !== undefined, (query) => query.where(isBefore(before)))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute(),
      );
      return rows.map(deliveryOf);
    },

    async retry(webhookId, id) {
      const result = await database.write((tx) =>
        tx
          .updateTable('webhook_deliveries')
          .set({ state: 'waiting', next_at: now(), attempts: '[]', finished_at: null })
          .where('id', '=', id)
          .where('webhook_id', '=', webhookId)
          .where('state', '!=', 'sending')
          .executeTakeFirst(),
      );
      return result.numUpdatedRows > 0n;
    },
  };
}

/** Its time has come; or somebody began to send it, and stopped in the middle. */
const isDue = (at: number) => (where: ExpressionBuilder<Schema, 'webhook_deliveries'>) =>
  where.or([
    where.and([where('state', '=', 'waiting'), where('next_at', '<=', at)]),
    where.and([where('state', '=', 'sending'), where('claim_until', '<=', at)]),
  ]);

const isWaiting = (where: ExpressionBuilder<Schema, 'webhook_deliveries'>) => where('state', '=', 'waiting');

const isBefore =
  (place: { readonly createdAt: number; readonly id: string } = { createdAt: 0, id: '' }) =>
  (where: ExpressionBuilder<Schema, 'webhook_deliveries'>) =>
    where.or([
      where('created_at', '<', place.createdAt),
      where.and([where('created_at', '=', place.createdAt), where('id', '<', place.id)]),
    ]);

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    event: row.event,
    state: row.state,
    nextAt: row.next_at,
    attempts: ATTEMPTS.parse(JSON.parse(row.attempts)),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
