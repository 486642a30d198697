import { randomBytes, randomUUID } from 'node:crypto';
import { Webhook as Verifier } from 'standardwebhooks';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CLAIM_MS } from '../../src/webhooks/deliveries.ts';
import { type NotifierDeps, createNotifier } from '../../src/webhooks/notifier.ts';
import type { WebhookFields } from '../../src/webhooks/webhook.ts';
import { type Database, type DatabaseTarget, openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { type Author, DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { useMigratedPostgres } from '../support/migrated-postgres.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { webhookReceiver } from '../support/webhook-receiver.ts';

const PRESENTER: Author = { id: 'presenter', via: 'test', address: '203.0.113.7', comment: 'for the talk' };
const LOOPBACK = ['127.0.0.1'];

type Overrides = Partial<NotifierDeps> & {
  readonly target?: DatabaseTarget;
  readonly wrapDatabase?: (database: Database) => Database;
};

/** One instance of the service, with a clock that tests move. */
async function service({
  target = { kind: 'sqlite', file: ':memory:' },
  wrapDatabase = (database) => database,
  ...overrides
}: Overrides = {}) {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const database = wrapDatabase(await openDatabase(target));
  const store = await openSqlStore({ database, now, pollIntervalMs: 20 });
  const log = {
    error: (fields: object, message: string) => expect.unreachable(`${message} ${JSON.stringify(fields)}`),
  };
  const notifier = createNotifier({
    database,
    store,
    now,
    newId: randomUUID,
    random: randomBytes,
    log,
    allowedTargets: LOOPBACK,
    ...overrides,
  });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await notifier.stop();
    await store.close();
    await database.close();
  };
  onTestFinished(close);
  const hook = (url: string, fields: Partial<WebhookFields> = {}) =>
    notifier.webhooks.create(PRESENTER, {
      url,
      description: null,
      project: null,
      environment: null,
      events: [],
      enabled: true,
      ...fields,
    });
  const toggle = async (on: boolean, key = 'new-ui') => {
    const outcome = await store.change(PRESENTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key,
      definition: {
        key,
        version: 1,
        on,
        variations: [true, false],
        offVariation: 1,
        fallthrough: { variation: 0 },
      },
    });
    expect(outcome.outcome).toBe('changed');
  };
  const deliveriesOf = (id: string) => notifier.deliveries.list(id, { limit: 50 });
  const { webhooks, deliveries, runner } = notifier;
  return { clock, database, notifier, hook, toggle, deliveriesOf, close, webhooks, deliveries, runner };
}

describe('a webhook', () => {
  test('gets a change in a way that a verifier of Standard Webhooks accepts', async () => {
    const receiver = await webhookReceiver();
    const { hook, toggle, runner } = await service();
    const { secret } = await hook(receiver.url);
    await toggle(true);
    await toggle(false);
    await runner.tick();
    expect(receiver.received).toHaveLength(2);
    const messages = receiver.received.map(({ body, headers }) =>
      new Verifier(secret).verify(body, headersOf(headers)),
    );
    expect(messages).toEqual([
      expect.objectContaining({ type: 'flag.created' }),
      expect.objectContaining({
        type: 'flag.updated',
        data: expect.objectContaining({
          name: 'new-ui',
          project: 'default',
          environment: 'production',
          author: { id: 'presenter', via: 'test', comment: 'for the talk' },
          before: expect.objectContaining({ version: 1 }),
          after: expect.objectContaining({ version: 2 }),
        }),
      }),
    ]);
    expect(() =>
      new Verifier(`whsec_${randomBytes(32).toString('base64')}`).verify(
        receiver.received[0]?.body ?? '',
        headersOf(receiver.received[0]?.headers ?? {}),
      ),
    ).toThrow('No matching signature found');
  });

  test('hears only what it asked for', async () => {
    const receiver = await webhookReceiver();
    const { hook, toggle, runner } = await service();
    await hook(receiver.url, { events: ['flag.deleted', 'segment.created'] });
    await hook(receiver.url, { environment: 'staging' });
    await hook(receiver.url, { enabled: false });
    await toggle(true);
    await runner.tick();
    expect(receiver.received).toEqual([]);
  });

  test('gets what changes after it is enabled, and until then a change costs no second commit', async () => {
    const receiver = await webhookReceiver();
    let commits = 0;
    const { hook, toggle, runner, webhooks, database } = await service({
      wrapDatabase: (inner) => ({ ...inner, write: (work) => ((commits += 1), inner.write(work)) }),
    });
    const { webhook } = await hook(receiver.url, { enabled: false });
    await runner.tick();
    commits = 0;
    await toggle(true);
    await runner.tick();
    expect(commits).toBe(1);
    expect(await database.kysely.selectFrom('webhook_deliveries').selectAll().execute()).toEqual([]);
    await webhooks.update(PRESENTER, webhook.id, { enabled: true });
    await toggle(false);
    await runner.tick();
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([{ type: 'flag.updated' }]);
  });

  test('is called as soon as something changes', async () => {
    const receiver = await webhookReceiver();
    const { hook, toggle, notifier } = await service();
    await hook(receiver.url);
    notifier.start();
    await toggle(true);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), 5_000);
  });

  test('is called again later when it fails, with the same id, signed anew', async () => {
    const receiver = await webhookReceiver((nth) => ({ status: nth < 3 ? 500 : 200 }));
    const { clock, hook, toggle, runner, deliveriesOf } = await service();
    const { webhook, secret } = await hook(receiver.url);
    await toggle(true);
    await runner.tick();
    clock.now += 29_000;
    await runner.tick();
    expect(receiver.received).toHaveLength(1);
    clock.now += 1_000;
    await runner.tick();
    clock.now += 300_000;
    await runner.tick();
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    vi.useFakeTimers({ now: clock.now, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const last = receiver.received.at(-1);
    expect(new Verifier(secret).verify(last?.body ?? '', headersOf(last?.headers ?? {}))).toBeDefined();
    expect(await deliveriesOf(webhook.id)).toMatchObject([
      {
        state: 'delivered',
        attempts: [
          { status: 500, error: 'status_500' },
          { status: 500, error: 'status_500' },
          { status: 200, error: null },
        ],
      },
    ]);
  });

  test('that answers 410 is not called any more', async () => {
    const receiver = await webhookReceiver(() => ({ status: 410 }));
    const { clock, hook, toggle, runner, webhooks } = await service();
    const { webhook } = await hook(receiver.url);
    await toggle(true);
    await runner.tick();
    await toggle(false);
    clock.now += 86_400_000;
    await runner.tick();
    expect(receiver.received).toHaveLength(1);
    expect(await webhooks.get(webhook.id)).toMatchObject({
      enabled: false,
      disabledReason: 'the target answered 410 Gone',
    });
    expect(await webhooks.update(PRESENTER, webhook.id, { enabled: true })).toMatchObject({
      disabledReason: null,
    });
  });

  test('with a new secret is signed by both while the old one lasts', async () => {
    const receiver = await webhookReceiver();
    const { clock, hook, toggle, runner, webhooks } = await service();
    const { webhook, secret: old } = await hook(receiver.url);
    const secret = (await webhooks.rotate(PRESENTER, webhook.id, 60)) ?? '';
    await toggle(true);
    await runner.tick();
    clock.now += 60_001;
    await toggle(false);
    await runner.tick();
    const accepts = (nth: number, key: string) => {
      const { body = '', headers = {} } = receiver.received[nth] ?? {};
      try {
        return new Verifier(key).verify(body, headersOf(headers)) !== undefined;
      } catch {
        return false;
      }
    };
    expect([accepts(0, old), accepts(0, secret), accepts(1, old), accepts(1, secret)]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  test('that is slow does not hold up another', async () => {
    const release = Promise.withResolvers<void>();
    onTestFinished(() => release.resolve());
    const slow = await webhookReceiver(() => ({ status: 200, after: release.promise }));
    const quick = await webhookReceiver();
    const { hook, toggle, notifier } = await service();
    await hook(slow.url);
    await hook(quick.url);
    notifier.start();
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']) await toggle(true, key);
    await vi.waitFor(() => expect(quick.received).toHaveLength(12), 5_000);
    expect(slow.received).toHaveLength(1);
    release.resolve();
    await vi.waitFor(() => expect(slow.received).toHaveLength(12), 5_000);
  });
});

describe('what is on its way to a webhook', () => {
  test('survives the end of the process, also in the middle of a request', async () => {
    const target: DatabaseTarget = { kind: 'sqlite', file: `${temporaryFolder()}/flags.db` };
    const receiver = await webhookReceiver();
    const before = await service({ target });
    const { webhook } = await before.hook(receiver.url);
    await before.toggle(true);
    await before.deliveries.enqueue();
    const [queued] = await before.deliveries.due(1);
    // Claimed and never settled: what a process leaves behind that was killed while it waited for the answer.
    expect(await before.deliveries.claim(queued?.id ?? '')).toBeDefined();
    // Changed and never queued: what one leaves behind that was killed right after the change.
    await before.toggle(false);
    await before.close();

    const after = await service({ target });
    await after.runner.tick();
    expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual(['flag.updated']);
    after.clock.now += CLAIM_MS;
    await after.runner.tick();
    expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual([
      'flag.updated',
      'flag.created',
    ]);
    expect(await after.deliveriesOf(webhook.id)).toMatchObject([
      { state: 'delivered' },
      { state: 'delivered' },
    ]);
  });

  const once = async (target: DatabaseTarget): Promise<void> => {
    const receiver = await webhookReceiver();
    const first = await service({ target });
    const second = await service({ target });
    await first.hook(receiver.url);
    for (let nth = 0; nth < 10; nth += 1) await first.toggle(nth % 2 === 0);
    const received = async () => {
      await Promise.all([first.runner.tick(), second.runner.tick()]);
      return receiver.received.length;
    };
    // Each leaves to the other what the other has claimed: how many turns all ten take depends on who is faster.
    await expect.poll(received).toBe(10);
    expect(await received()).toBe(10);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(10);
  };

  test('is sent once by two instances on one SQLite file', async () => {
    await once({ kind: 'sqlite', file: `${temporaryFolder()}/flags.db` });
    expect.hasAssertions();
  });

  const postgres = useMigratedPostgres();
  describe.skipIf(postgresBinaries() === undefined)('on PostgreSQL', () => {
    test('is sent once by two instances', async () => {
      await once({ kind: 'postgres', url: await postgres() });
      expect.hasAssertions();
    });
  });
});

describe('a target that leads inside', () => {
  test('is refused when a name leads to a public address first and inside later', async () => {
    const receiver = await webhookReceiver();
    const answers = [['93.184.216.34'], ['127.0.0.1'], ['93.184.216.34', '127.0.0.1']];
    const resolve = async () => answers.shift() ?? ['127.0.0.1'];
    const { clock, hook, toggle, runner, deliveriesOf, notifier } = await service({
      allowedTargets: [],
      resolve,
    });
    const url = `https://rebind.example.com:8443/`;
    expect(await notifier.checkTarget(url)).toMatchObject({ ok: true });
    const { webhook } = await hook(url);
    await toggle(true);
    await runner.tick();
    clock.now += 30_000;
    await runner.tick();
    expect(await deliveriesOf(webhook.id)).toMatchObject([
      {
        attempts: [
          { status: null, error: 'blocked_address' },
          { status: null, error: 'blocked_address' },
        ],
      },
    ]);
    expect(receiver.connections()).toBe(0);
  });

  test('is refused at the connection too when its address is written as a number', async () => {
    const receiver = await webhookReceiver();
    const { hook, toggle, runner, deliveriesOf } = await service({ allowedTargets: [] });
    // As a row that was edited in the database, around the check on writing.
    const { webhook } = await hook(`http://2130706433:${receiver.port}/`);
    await toggle(true);
    await runner.tick();
    expect(await deliveriesOf(webhook.id)).toMatchObject([{ attempts: [{ error: 'blocked_address' }] }]);
    expect(receiver.connections()).toBe(0);
  });

  test('is not reached through a redirect', async () => {
    const inside = await webhookReceiver();
    const receiver = await webhookReceiver(() => ({ status: 302, headers: { location: inside.url } }));
    const { hook, toggle, runner, deliveriesOf } = await service();
    const { webhook } = await hook(receiver.url);
    await toggle(true);
    await runner.tick();
    expect(await deliveriesOf(webhook.id)).toMatchObject([
      { attempts: [{ status: 302, error: 'redirect_refused' }] },
    ]);
    expect(inside.connections()).toBe(0);
  });

  test('is refused at once when its name leads inside already', async () => {
    const { notifier } = await service({ allowedTargets: [], resolve: async () => ['10.0.0.5'] });
    expect(await notifier.checkTarget('https://hooks.example.com/')).toMatchObject({
      ok: false,
      code: 'forbidden_target',
    });
  });
});

const headersOf = (headers: {
  readonly [name: string]: string | readonly string[] | undefined;
}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
