import * as z from 'zod';
import { ADMIN_KINDS, readAdminAudit } from '../../../store/audit/admin-audit.ts';
import type { ApiDeps } from '../api-deps.ts';
import { timestampSchema } from '../items/common-schemas.ts';
import { LINK_HEADER, linkToNext, logPage, logPageQuery } from '../items/keyset-page.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { authorSchema } from './audit-schemas.ts';

const adminEntrySchema = z
  .object({
    id: z.int(),
    at: timestampSchema,
    author: authorSchema,
    kind: z.enum(ADMIN_KINDS),
    key: z.string().describe('Which one.'),
    action: z.string().describe('A verb, such as `create`, `update`, `delete`, `rotate`, `start`.'),
    project: z.string().nullable(),
    environment: z.string().nullable(),
    detail: z.unknown().describe('What it was made; never a secret.'),
    hash: z.string().describe('Hex SHA-256 over the hash before and this entry.'),
  })
  .meta({ id: 'AdminAuditEntry' });

/** What operators change beside flags and segments; and the secrets that sign cookies, which are changed here only. */
export function adminAuditOperations({
  database,
  settings,
  cursors,
}: Pick<ApiDeps, 'database' | 'settings' | 'cursors'>): readonly Operation[] {
  return [
    operation('listAdminAudit', 'get', '/audit/administration', {
      tag: 'Audit',
      summary: 'List what operators changed beside flags and segments, newest first',
      description:
        'Keys, webhooks, settings, schedules, projects, environments, releases, experiments, metrics, erased contexts. The entries are a chain of their own, in the transaction of the change; `npm run audit:verify` follows it.',
      role: 'admin',
      query: z.strictObject(logPageQuery),
      replies: {
        200: { description: 'A page of entries', body: z.array(adminEntrySchema), headers: LINK_HEADER },
      },
      handle: async ({ query, url }) => {
        const { items, next } = await logPage(cursors, ['admin-audit'], query, (page) =>
          database.query((db) => readAdminAudit(db, page)),
        );
        return reply(200, items, linkToNext(url, next));
      },
    }),
    operation('rotateCookieSecrets', 'post', '/cookie-secrets/rotate', {
      tag: 'Keys',
      summary: 'Sign cookies and forms with new secrets',
      description:
        'At once, in every instance within seconds, without a restart. What the secrets of the last two rotations signed is still good; a third rotation ends it, and with it sessions that were not used since.',
      role: 'admin',
      replies: {
        200: {
          description: 'What is signed anew',
          body: z.object({ rotated: z.array(z.string()) }).meta({ id: 'RotatedSecrets' }),
        },
      },
      handle: async ({ author }) => reply(200, { rotated: await settings.rotateSecrets(author) }),
    }),
  ];
}
