import type { Selectable, Transaction } from 'kysely';
import { recordAdminChange } from '../store/audit/admin-audit.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { WebhooksTable } from '../store/sql/tables/webhook-tables.ts';
import type { Author } from '../store/store.ts';
import { newSecret } from './signature.ts';
import { WEBHOOK_EVENTS, type Webhook, type WebhookEvent, type WebhookFields } from './webhook.ts';

export interface Webhooks {
  /** The secret is shown this once. */
  create(
    author: Author,
    fields: WebhookFields,
  ): Promise<{ readonly webhook: Webhook; readonly secret: string }>;
  get(id: string): Promise<Webhook | undefined>;
  /** Oldest first. */
  list(): Promise<readonly Webhook[]>;
  /** Only what is named changes. Switching it on again forgets why it was stopped. */
  update(author: Author, id: string, fields: Partial<WebhookFields>): Promise<Webhook | undefined>;
  /** With everything that is on its way to it. */
  delete(author: Author, id: string): Promise<boolean>;
  /** A new secret; the old one signs as well for `graceSeconds`. Undefined: no such webhook. */
  rotate(author: Author, id: string, graceSeconds: number): Promise<string | undefined>;
}

export interface WebhooksDeps {
  readonly database: Database;
  readonly now: () => number;
  readonly newId: () => string;
  /** So many bytes that cannot be guessed: node's `randomBytes`. */
  readonly random: (bytes: number) => Buffer;
}

export function createWebhooks({ database, now, newId, random }: WebhooksDeps): Webhooks {
  const get = async (id: string): Promise<Webhook | undefined> => {
    const row = await database.read((tx) =>
      tx.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? undefined : webhookOf(row);
  };

  const note = (
    tx: Transaction<Schema>,
    author: Author,
    action: string,
    key: string,
    detail: object = {},
  ): Promise<void> => recordAdminChange(tx, { at: now(), author, kind: 'webhook', key, action, detail });

  return {
    async create(author, fields) {
      const secret = newSecret(random);
      const row: WebhooksTable = {
        ...columnsOf(fields),
        id: `wh_${newId()}`,
        disabled_reason: null,
        secret,
        previous_secret: null,
        previous_until: null,
        created_at: now(),
        updated_at: now(),
        created_by: author.id,
      };
      await database.write(async (tx) => {
        if (fields.enabled) await startCursor(tx);
        await tx.insertInto('webhooks').values(row).execute();
        await note(tx, author, 'create', row.id, fields);
      });
      return { webhook: webhookOf(row), secret };
    },

    get,

    async list() {
      const rows = await database.read((tx) =>
        tx.selectFrom('webhooks').selectAll().orderBy('created_at').orderBy('id').execute(),
      );
      return rows.map(webhookOf);
    },

    async update(author, id, fields) {
      await database.write(async (tx) => {
        const row = await tx.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
        if (row === undefined) return;
        const next = { ...webhookOf(row), ...fields };
        if (next.enabled) await startCursor(tx);
        await tx
          .updateTable('webhooks')
          .set({
            ...columnsOf(next),
            disabled_reason: next.enabled ? null : row.disabled_reason,
            updated_at: now(),
          })
          .where('id', '=', id)
          .execute();
        await note(tx, author, 'update', id, fields);
      });
      return get(id);
    },

    delete: (author, id) =>
      database.write(async (tx) => {
        const result = await tx.deleteFrom('webhooks').where('id', '=', id).executeTakeFirst();
        const isGone = result.numDeletedRows > 0n;
        if (isGone) await note(tx, author, 'delete', id);
        return isGone;
      }),

    rotate: (author, id, graceSeconds) =>
      database.write(async (tx) => {
        const secret = newSecret(random);
        const at = now();
        const result = await tx
          .updateTable('webhooks')
          .set((columns) => ({
            previous_secret: columns.ref('secret'),
            previous_until: at + graceSeconds * 1_000,
            secret,
            updated_at: at,
          }))
          .where('id', '=', id)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n) return undefined;
        await note(tx, author, 'rotate', id);
        return secret;
      }),
  };
}

/** While no webhook is enabled the cursor stands still; the first to be enabled gets what changes from now on. */
async function startCursor(tx: Transaction<Schema>): Promise<void> {
  const enabled = await tx
    .selectFrom('webhooks')
    .select('id')
    .where('enabled', '=', 1)
    .limit(1)
    .executeTakeFirst();
  if (enabled !== undefined) return;
  await tx
    .updateTable('webhook_cursor')
    .set((eb) => ({ audit_id: eb.selectFrom('store_head').select('audit_id').where('id', '=', 1) }))
    .where('id', '=', 1)
    .execute();
}

function columnsOf({ url, description, project, environment, events, enabled }: WebhookFields) {
  return {
    url,
    description,
    project,
    environment,
    events: JSON.stringify(events),
    enabled: enabled ? (1 as const) : (0 as const),
  };
}

export function webhookOf(row: Selectable<WebhooksTable>): Webhook {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    project: row.project,
    environment: row.environment,
    events: eventsOf(row.events),
    enabled: row.enabled === 1,
    disabledReason: row.disabled_reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
  };
}

/** What signs now: the secret, and the one before it while its time lasts. */
export function liveSecrets(
  row: Pick<Selectable<WebhooksTable>, 'secret' | 'previous_secret' | 'previous_until'>,
  now: number,
): readonly string[] {
  const { secret, previous_secret, previous_until } = row;
  return previous_secret !== null && (previous_until ?? 0) > now ? [secret, previous_secret] : [secret];
}

function eventsOf(json: string): readonly WebhookEvent[] {
  const named: unknown = JSON.parse(json);
  return Array.isArray(named) ? WEBHOOK_EVENTS.filter((event) => named.includes(event)) : [];
}
