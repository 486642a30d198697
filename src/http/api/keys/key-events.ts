import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import type { KeyEvent } from '../../../access/key-events.ts';
import { LINK_HEADER, linkToNext, logPage, logPageQuery } from '../items/keyset-page.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { authorSchema } from '../audit/audit-schemas.ts';
import { timestampSchema } from '../items/common-schemas.ts';

const keyEventSchema = z
  .object({
    id: z.int(),
    at: timestampSchema,
    key_id: z.string(),
    action: z
      .enum(['create', 'rotate', 'revoke', 'refuse'])
      .describe('`refuse`: a request with this key was refused with 403.'),
    author: authorSchema.describe('The author of the event; of a refusal, the one refused.'),
    detail: z.string().describe('The name of the key, what replaced it, or what it was refused.'),
  })
  .meta({ id: 'KeyEvent' });

/** What happened to keys, and what they were refused. */
export function keyEventsOperations({
  keys,
  cursors,
}: Pick<ApiDeps, 'keys' | 'cursors'>): readonly Operation[] {
  return [
    operation('listKeyEvents', 'get', '/keys/events', {
      tag: 'Keys',
      summary: 'List what happened to keys, newest first',
      description:
        'Also what was refused with 403, once a minute for a key and a request; never the keys themselves.',
      role: 'admin',
      query: z.strictObject(logPageQuery),
      replies: {
        200: { description: 'A page of events', body: z.array(keyEventSchema), headers: LINK_HEADER },
      },
      handle: async ({ query, url }) => {
        const { items, next } = await logPage(cursors, ['key-events'], query, (page) =>
          keys.events.list(page),
        );
        return reply(200, items.map(keyEventBody), linkToNext(url, next));
      },
    }),
  ];
}

function keyEventBody({ id, at, keyId, action, author, detail }: KeyEvent) {
  return { id, at, key_id: keyId, action, author, detail };
}
