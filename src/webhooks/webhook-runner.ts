import { coalesce } from '../shared/coalesce.ts';
import { type Store, StoreUnavailableError } from '../store/store.ts';
import type { ClaimedDelivery, Deliveries } from './deliveries.ts';
import type { GuardedRequester } from './guarded-request.ts';
import { verdictOf } from './retry.ts';
import { signedHeaders } from './signature.ts';
import type { Delivery } from './webhook.ts';

export interface WebhookRunnerDeps {
  readonly deliveries: Deliveries;
  readonly requester: Pick<GuardedRequester, 'post'>;
  /** News of a change makes the next look come at once. */
  readonly store: Pick<Store, 'subscribe'>;
  readonly now: () => number;
  readonly log: { error(fields: object, message: string): void };
  /** How often to look, news or no news. Default 1000 ms. */
  readonly everyMs?: number;
}

export interface WebhookRunner {
  /** Queues what has changed and sends what is due, until nothing is. Never rejects. */
  tick(): Promise<void>;
  /** Sends one delivery now. Undefined: it is on its way already, or not there. @throws StoreUnavailableError */
  sendNow(delivery: Pick<Delivery, 'id' | 'webhookId'>): Promise<Delivery | undefined>;
  start(): void;
  /** Finishes what is under way. */
  stop(): Promise<void>;
}

/** Requests at the same time, one to each target: a slow target delays no other, and each gets its deliveries in order. */
const AT_ONCE = 8;

/** Follows the audit log and tells the webhooks, at least once each, and with one id however often. */
export function createWebhookRunner({
  deliveries,
  requester,
  store,
  now,
  log,
  everyMs = 1_000,
}: WebhookRunnerDeps): WebhookRunner {
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | undefined;
  let stopped = false;
  /** Something may have become due. */
  let isWorthALook = false;
  const sending = new Set<Promise<void>>();
  const busy = new Set<string>();

  const send = async (claimed: ClaimedDelivery): Promise<void> => {
    const at = now();
    const startedAt = performance.now();
    const result = await requester.post({
      url: claimed.url,
      headers: signedHeaders(claimed.delivery.id, at, claimed.payload, claimed.secrets),
      body: claimed.payload,
    });
    const attempt = {
      at,
      status: result.outcome === 'answered' ? result.status : null,
      durationMs: Math.round(performance.now() - startedAt),
    };
    await deliveries.settle(claimed, attempt, verdictOf(result, claimed.delivery.attempts.length + 1, now()));
  };

  const sendQueued = async ({ id, webhookId }: Pick<Delivery, 'id' | 'webhookId'>): Promise<void> => {
    busy.add(webhookId);
    try {
      const claimed = await deliveries.claim(id);
      if (claimed !== undefined) await send(claimed);
      isWorthALook = true;
    } catch (error) {
      // No other look at once: a disk that is full is full a moment later too.
      trouble(error);
    } finally {
      busy.delete(webhookId);
    }
  };

  /** Begins to send what is due, as far as there is room. */
  const fill = async (): Promise<void> => {
    for (let room = AT_ONCE - sending.size; room > 0; room = AT_ONCE - sending.size) {
      const [next] = await deliveries.due(1, [...busy]);
      if (next === undefined) return;
      const task = sendQueued(next).finally(() => {
        sending.delete(task);
        if (isWorthALook) void look();
      });
      sending.add(task);
    }
  };

  const look = coalesce(async (): Promise<void> => {
    if (stopped) return;
    isWorthALook = false;
    try {
      while (await deliveries.enqueue());
      await fill();
    } catch (error) {
      trouble(error);
    }
  });

  /** The database is away; the queue is in it, and waits there. */
  const trouble = (error: unknown): void => {
    if (!(error instanceof StoreUnavailableError)) log.error({ err: error }, 'webhooks stopped');
  };

  return {
    async tick() {
      let started: number;
      do {
        await look();
        started = sending.size;
        await Promise.all(sending);
      } while (started > 0);
    },
    async sendNow({ id, webhookId }) {
      const claimed = await deliveries.claim(id, 'early');
      if (claimed === undefined) return undefined;
      await send(claimed);
      return deliveries.get(webhookId, id);
    },
    start() {
      stopped = false;
      timer ??= setInterval(() => void look(), everyMs).unref();
      unsubscribe ??= store.subscribe(() => void look());
    },
    async stop() {
      clearInterval(timer);
      unsubscribe?.();
      timer = undefined;
      unsubscribe = undefined;
      stopped = true;
      await look();
      await Promise.all(sending);
    },
  };
}
