import { lookup } from 'node:dns/promises';
import type { Database } from '../store/sql/database.ts';
import type { Store } from '../store/store.ts';
import { type Deliveries, createDeliveries } from './deliveries.ts';
import { createGuardedRequester } from './guarded-request.ts';
import { type TargetCheck, createTargets } from './targets.ts';
import { type WebhookRunner, createWebhookRunner } from './webhook-runner.ts';
import { type Webhooks, createWebhooks } from './webhooks.ts';

export interface NotifierDeps {
  readonly database: Database;
  readonly store: Pick<Store, 'subscribe'>;
  readonly now: () => number;
  readonly newId: () => string;
  /** So many bytes that cannot be guessed: node's `randomBytes`. */
  readonly random: (bytes: number) => Buffer;
  readonly log: { error(fields: object, message: string): void };
  /** Names, addresses and ranges that may be private, plain http and on any port. Default: none. */
  readonly allowedTargets?: readonly string[];
  /** Every address of a name. Default: as the system resolves names. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
}

/** Webhooks, whole: who is called, what is on its way, and what sends it. */
export interface Notifier {
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly runner: Pick<WebhookRunner, 'tick' | 'sendNow'>;
  /** May this address be called? A name that leads nowhere now may lead somewhere later, and is resolved again then. */
  checkTarget(url: string): Promise<TargetCheck>;
  start(): void;
  stop(): Promise<void>;
}

export function createNotifier({
  allowedTargets = [],
  resolve = addressesOf,
  ...deps
}: NotifierDeps): Notifier {
  const targets = createTargets(allowedTargets);
  const requester = createGuardedRequester({ targets, resolve });
  const deliveries = createDeliveries(deps);
  const runner = createWebhookRunner({ ...deps, deliveries, requester });
  return {
    webhooks: createWebhooks(deps),
    deliveries,
    runner,
    async checkTarget(text) {
      const check = targets.check(text);
      if (!check.ok) return check;
      const { hostname } = check.url;
      const addresses = await resolve(hostname.replace(/^\[(.*)\]$/, '$1')).catch(() => []);
      return addresses.every((address) => targets.allows(hostname, address))
        ? check
        : {
            ok: false,
            code: 'forbidden_target',
            detail: 'expected a public address, got a name that leads to another',
          };
    },
    start: () => runner.start(),
    async stop() {
      await runner.stop();
      await requester.close();
    },
  };
}

async function addressesOf(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
