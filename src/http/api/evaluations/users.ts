import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import type { EvaluationDetail } from '../../../evaluation/detail.ts';
import type { Context } from '../../../evaluation/model.ts';
import { itemsByKey } from '../items/item-list.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { requireItem } from '../items/put-item.ts';
import { requireSnapshot } from '../items/environment-query.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { keySchema } from '../../input/key-schema.ts';
import { userFlagSchema, userFlagsSchema } from './evaluation-schemas.ts';
import { userAttributesQuery, userContext, userIdSchema } from './user-context.ts';

/** Evaluations for one user, in the shape that the flag microservice had, with the value and the reason. */
export function usersOperations({
  store,
  seenContexts,
  onEvaluation,
}: Pick<ApiDeps, 'store' | 'seenContexts' | 'onEvaluation'>): readonly Operation[] {
  const evaluate = (snapshot: Snapshot, record: FlagRecord, context: Context) => {
    const detail = snapshot.evaluator.evaluate(record.key, context, null);
    onEvaluation(snapshot.environment, record.key, detail, context);
    return userFlag(record, detail);
  };

  return [
    operation('listUserFlags', 'get', '/users/{user_id}/flags', {
      tag: 'Users',
      summary: 'Evaluate every flag for a user',
      description:
        'Attributes of the user come by query (`groups`, `country`, or any other name). A read: nothing is kept but the sample of contexts that previews are tried on.',
      role: 'viewer',
      limit: 'evaluation',
      params: z.strictObject({ user_id: userIdSchema }),
      query: userAttributesQuery,
      replies: { 200: { description: 'One evaluation for each flag, by name', body: userFlagsSchema } },
      handle: ({ params, query }) => {
        const snapshot = requireSnapshot(store, query);
        const context = userContext(params.user_id, query);
        seenContexts.add(context);
        const flags = itemsByKey(snapshot.flags).map((record) => evaluate(snapshot, record, context));
        return reply(200, { user_id: params.user_id, flags });
      },
    }),
    operation('getUserFlag', 'get', '/users/{user_id}/flags/{flag_name}', {
      tag: 'Users',
      summary: 'Evaluate one flag for a user',
      description:
        "Attributes of the user come by query. `reason` is LaunchDarkly's, whose `ruleIndex` counts from 0.",
      role: 'viewer',
      limit: 'evaluation',
      params: z.strictObject({ user_id: userIdSchema, flag_name: keySchema }),
      query: userAttributesQuery,
      replies: { 200: { description: 'The evaluation', body: userFlagSchema } },
      handle: ({ params, query }) => {
        const snapshot = requireSnapshot(store, query);
        const context = userContext(params.user_id, query);
        const record = requireItem(snapshot, 'flag', params.flag_name);
        seenContexts.add(context);
        return reply(200, evaluate(snapshot, record, context));
      },
    }),
  ];
}

function userFlag(record: FlagRecord, { value, variationIndex, reason }: EvaluationDetail) {
  const { offVariation } = record.definition;
  return {
    flag_name: record.key,
    enabled:
      typeof value === 'boolean'
        ? value
        : variationIndex !== null && reason.kind !== 'OFF' && variationIndex !== offVariation,
    value,
    reason,
    description: record.description,
  };
}
