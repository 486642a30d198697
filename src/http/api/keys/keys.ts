import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { type KeyRecord, ROLES } from '../../../access/key-record.ts';
import type { NewKey } from '../../../access/keys.ts';
import { invalidField, Problem } from '../../problems/problem.ts';
import { requireSnapshot } from '../items/environment-query.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { textSchema, timestampSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

const kindSchema = z.enum(['admin', 'sdk', 'mobile', 'client-side-id']);

const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: kindSchema,
    role: z.enum(ROLES).nullable().describe("Of administrators' tokens; null of the others."),
    project: keySchema.nullable(),
    environment: keySchema
      .nullable()
      .describe("Of SDK keys, mobile keys and client-side IDs; null of administrators' tokens."),
    prefix: z.string().describe('The first characters.'),
    last4: z.string(),
    value: z.string().nullable().describe('The whole of a client-side ID, which is public; null of secrets.'),
    configured: z.boolean().describe('Given by the configuration.'),
    created_at: timestampSchema,
    created_by: z.string(),
    expires_at: timestampSchema.nullable(),
    revoked_at: timestampSchema.nullable(),
    last_used_at: timestampSchema.nullable().describe('At most some minutes behind.'),
  })
  .meta({ id: 'ApiKey' });

const newApiKeySchema = z
  .object({ key: z.string().describe('The key itself. It is shown this once.'), api_key: apiKeySchema })
  .meta({ id: 'NewApiKey' });

const createSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('admin'),
      name: textSchema(256).min(1),
      role: z.enum(ROLES),
      expires_at: timestampSchema.exactOptional(),
    }),
    z.strictObject({
      kind: z.enum(['sdk', 'mobile', 'client-side-id']),
      name: textSchema(256).min(1),
      project: keySchema.default('default'),
      environment: keySchema.default('production'),
      expires_at: timestampSchema.exactOptional(),
    }),
  ])
  .meta({ id: 'ApiKeyCreate' });

const rotateSchema = z
  .strictObject({
    grace_seconds: z
      .int()
      .min(0)
      .max(30 * 24 * 3600)
      .default(0)
      .describe('How long the old key goes on working. 0: not a moment longer.'),
  })
  .meta({ id: 'ApiKeyRotate' });

const keyParams = z.strictObject({ key_id: textSchema(128).min(1) });

/** What is shown once must be kept nowhere on the way. */
const shownOnce = { 'cache-control': 'no-store' };

/** Administrators' tokens, SDK keys, mobile keys and client-side IDs. */
export function keysOperations({
  keys,
  store,
  now,
}: Pick<ApiDeps, 'keys' | 'store' | 'now'>): readonly Operation[] {
  return [
    operation('listKeys', 'get', '/keys', {
      tag: 'Keys',
      summary: 'List keys, oldest first',
      description: 'Also those that are expired or revoked; never the keys themselves.',
      role: 'admin',
      replies: { 200: { description: 'All of them', body: z.array(apiKeySchema) } },
      handle: () => reply(200, keys.list().map(keyBody)),
    }),
    operation('createKey', 'post', '/keys', {
      tag: 'Keys',
      summary: 'Create a key',
      description:
        'The key is in this response and never again: only its digest is stored. Client-side IDs are public and stay readable.',
      role: 'admin',
      body: createSchema,
      replies: { 201: { description: 'The key, shown this once', body: newApiKeySchema } },
      problems: [404],
      handle: async ({ body, author }) => {
        requireFuture(body.expires_at, now());
        const scope =
          body.kind === 'admin'
            ? { kind: body.kind, role: body.role }
            : { kind: body.kind, environment: requireSnapshot(store, body).environment };
        return reply(
          201,
          newKeyBody(await keys.create(author, scope, body.name, body.expires_at)),
          shownOnce,
        );
      },
    }),
    operation('rotateKey', 'post', '/keys/{key_id}/rotate', {
      tag: 'Keys',
      summary: 'Replace a key by a new one of the same kind',
      description: 'The old key works until the grace period is over.',
      role: 'admin',
      params: keyParams,
      body: rotateSchema,
      replies: { 201: { description: 'The new key, shown this once', body: newApiKeySchema } },
      problems: [409],
      handle: async ({ params: { key_id }, body, author }) => {
        const outcome = await keys.rotate(author, key_id, body.grace_seconds);
        switch (outcome.outcome) {
          case 'rotated':
            return reply(201, newKeyBody(outcome), shownOnce);
          case 'not-found':
            throw noSuchKey();
          case 'not-live':
            throw new Problem(409, 'conflict', 'The key is expired or revoked; create a new one instead.');
          default:
            return outcome satisfies never;
        }
      },
    }),
    operation('revokeKey', 'delete', '/keys/{key_id}', {
      tag: 'Keys',
      summary: 'Revoke a key at once',
      description: 'Open streams of its clients end within seconds.',
      role: 'admin',
      params: keyParams,
      replies: { 204: { description: 'It opens nothing any more' } },
      problems: [409],
      handle: async ({ params: { key_id }, author }) => {
        const { outcome } = await keys.revoke(author, key_id);
        switch (outcome) {
          case 'revoked':
          case 'unchanged':
            return reply(204);
          case 'not-found':
            throw noSuchKey();
          case 'last-admin':
            throw new Problem(
              409,
              'in_use',
              "This is the last administrator's token with the role admin; create another one first.",
            );
          default:
            return outcome satisfies never;
        }
      },
    }),
  ];
}

const noSuchKey = (): Problem => new Problem(404, 'not_found', 'There is no key of that id.');

function requireFuture(time: string | undefined, now: number): void {
  if (time === undefined || Date.parse(time) > now) return;
  throw invalidField('/expires_at', 'invalid_value', 'A key cannot expire before it exists.');
}

const newKeyBody = ({ plain, key }: NewKey) => ({ key: plain, api_key: keyBody(key) });

function keyBody(key: KeyRecord) {
  return {
    id: key.id,
    name: key.name,
    kind: key.kind,
    role: key.kind === 'admin' ? key.role : null,
    project: key.kind === 'admin' ? null : key.environment.project,
    environment: key.kind === 'admin' ? null : key.environment.environment,
    prefix: key.prefix,
    last4: key.last4,
    value: key.value,
    configured: key.configured,
    created_at: key.createdAt,
    created_by: key.createdBy,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
  };
}
