import * as z from 'zod';
import { eraseContext } from '../../../store/retention/erase-context.ts';
import { recordAdminChange } from '../../../store/audit/admin-audit.ts';
import type { ApiDeps } from '../api-deps.ts';
import { contextKindSchema, textSchema } from '../items/common-schemas.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { type Operation, operation, reply } from '../operation.ts';

const erasedSchema = z
  .object({ deleted: z.int().min(0).describe('Rows; 0 when nothing was kept of the context.') })
  .meta({ id: 'ErasedContext' });

/** What a person may ask for: that nothing is kept of them. */
export function contextsOperations({
  store,
  database,
  seenContexts,
  now,
}: Pick<ApiDeps, 'store' | 'database' | 'seenContexts' | 'now'>): readonly Operation[] {
  return [
    operation('eraseContext', 'delete', '/contexts/{kind}/{key}', {
      tag: 'Users',
      summary: 'Erase what is kept of one context',
      description:
        'Deletes its exposures, its events, what experiments and releases keep of it by itself, and its place in the sample for previews. Totals and the audit log stay. A context that is listed in a flag or a segment stays listed.',
      role: 'admin',
      params: z.strictObject({ kind: contextKindSchema, key: textSchema(1_024).min(1) }),
      query: z.strictObject(environmentQuery),
      replies: { 200: { description: 'What was deleted', body: erasedSchema } },
      handle: async ({ params, query, author }) => {
        const { environment } = requireSnapshot(store, query);
        seenContexts.forget(params);
        const deleted = await eraseContext(database, environment, params);
        await database.write((db) =>
          recordAdminChange(db, {
            at: now(),
            author,
            kind: 'context',
            // Who was erased must not be kept here either.
            key: params.kind,
            action: 'erase',
            environment,
            detail: { deleted },
          }),
        );
        return reply(200, { deleted });
      },
    }),
  ];
}
