import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { type FieldDifference, promotedDefinition, promotionDiff } from '../../../store/promotion.ts';
import { writeItem } from '../items/change-item.ts';
import { commentSchema, withComment } from '../items/change-comment.ts';
import { requireSnapshot } from '../items/environment-query.ts';
import { flagBody } from '../flags/flag-record.ts';
import { requireItem } from '../items/put-item.ts';
import { linted } from '../items/lint-draft.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { keySchema } from '../../input/key-schema.ts';
import { flagSchema, warningSchema } from '../flags/flag-schemas.ts';
import { IF_MATCH_HEADER, ifMatch } from '../items/version-match.ts';

const promoteSchema = z
  .strictObject({
    from: keySchema.describe('The environment to take the flag from.'),
    to: keySchema.describe('The environment to bring it to.'),
    dry_run: z.boolean().default(false).describe('Only show the difference.'),
    comment: commentSchema,
  })
  .meta({ id: 'Promote' });

const promotionSchema = z
  .object({
    flag_name: keySchema,
    from: keySchema,
    to: keySchema,
    dry_run: z.boolean(),
    differences: z
      .array(
        z.object({
          pointer: z.string().describe('RFC 6901, into the flag: `/definition/on`, `/description`.'),
          before: z.unknown().optional().describe('As it is in `to` now; absent when the field is new.'),
          after: z.unknown().optional().describe('As it would be; absent when the field goes.'),
        }),
      )
      .describe('What changes in `to`; empty when the two are alike.'),
    flag: flagSchema.nullable().describe('As it is in `to` afterwards; null on a dry run.'),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'Promotion' });

/** Brings a flag from one environment to another: its whole definition, with the difference shown first. */
export function promoteOperations({ store }: Pick<ApiDeps, 'store'>): readonly Operation[] {
  return [
    operation('promoteFlag', 'post', '/flags/{flag_name}/promote', {
      tag: 'Flags',
      summary: 'Bring a flag from one environment to another',
      description:
        'The salt stays that of the target, so that no context there changes its bucket. If-Match names the version in `to`.',
      role: 'operator',
      params: z.strictObject({ flag_name: keySchema }),
      query: z.strictObject({ project: keySchema.default('default') }),
      body: promoteSchema,
      headers: IF_MATCH_HEADER,
      replies: { 200: { description: 'The difference, and the flag', body: promotionSchema } },
      problems: [412],
      handle: async ({ params: { flag_name: key }, query: { project }, body, header, author }) => {
        const target = { project, environment: body.to };
        const draftFrom = (current: FlagRecord | undefined, there: Snapshot) => {
          const source = requireItem(
            requireSnapshot(store, { project, environment: body.from }),
            'flag',
            key,
          );
          const { description, tags } = source;
          const definition = promotedDefinition(source, current);
          const differences = promotionDiff(source, current).map(shown);
          const warnings = linted(there, 'flag', definition);
          return { definition, description, tags, shown: { differences, warnings } };
        };
        const common = { flag_name: key, from: body.from, to: body.to, dry_run: body.dry_run };
        if (body.dry_run) {
          const there = requireSnapshot(store, target);
          return reply(200, { ...common, ...draftFrom(there.flags.get(key), there).shown, flag: null });
        }
        const { record, draft } = await writeItem(
          store,
          withComment(author, body.comment ?? `promoted from ${body.from}`),
          { environment: target, kind: 'flag', key },
          ifMatch(header('if-match')),
          draftFrom,
        );
        return reply(200, { ...common, ...draft.shown, flag: flagBody(target, record) });
      },
    }),
  ];
}

function shown({ pointer, before, after }: FieldDifference) {
  return {
    pointer,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
