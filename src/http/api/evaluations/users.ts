import * as z from 'zod';
import type { EvaluationDetail } from '../../../evaluation/detail.ts';
import type { Context } from '../../../evaluation/model.ts';
import type { SeenContexts } from '../../../flags/seen-contexts.ts';
import { itemsByKey } from '../items/item-list.ts';
import type { EnvironmentRef, FlagRecord, Snapshot, Store } from '../../../store/store.ts';
import { requireFlag } from '../flags/flag-record.ts';
import { requireSnapshot } from '../items/environment-query.ts';
import { operation, type Operation } from '../openapi/operation.ts';
import { reply } from '../openapi/reply.ts';
import { keySchema } from '../../input/key-schema.ts';
import { userFlagSchema, userFlagsSchema } from './evaluation-schemas.ts';
import { userAttributesQuery, userContext, userIdSchema } from './user-context.ts';

export interface UsersDeps {
  readonly store: Pick<Store, 'snapshot'>;
  readonly seenContexts: Pick<SeenContexts, 'add'>;
  /** Told of each answer, with the variation's index; null: no variation was served. */
  readonly onEvaluation: (environment: EnvironmentRef, flagKey: string, variation: number | null) => void;
}

/** What the flags answer to one user: the shape that the flag microservice had, with the value and the reason. */
export function usersOperations({ store, seenContexts, onEvaluation }: UsersDeps): readonly Operation[] {
  const answer = (snapshot: Snapshot, record: FlagRecord, context: Context) => {
    const detail = snapshot.evaluator.evaluate(record.key, context, null);
    onEvaluation(snapshot.environment, record.key, detail.variationIndex);
    return userFlag(record, detail);
  };

  return [
    operation({
      id: 'listUserFlags',
      method: 'get',
      path: '/users/{user_id}/flags',
      tag: 'Users',
      summary: 'What every flag answers to a user',
      role: 'viewer',
      limit: 'evaluation',
      params: z.strictObject({ user_id: userIdSchema }),
      query: userAttributesQuery,
      replies: { 200: { description: 'One answer for each flag, by name', body: userFlagsSchema } },
      handle: ({ params, query }) => {
        const snapshot = requireSnapshot(store, query);
        const context = userContext(params.user_id, query);
        seenContexts.add(context);
        const flags = itemsByKey(snapshot.flags).map((record) => answer(snapshot, record, context));
        return reply(200, { user_id: params.user_id, flags });
      },
    }),
    operation({
      id: 'getUserFlag',
      method: 'get',
      path: '/users/{user_id}/flags/{flag_name}',
      tag: 'Users',
      summary: 'What one flag answers to a user',
      role: 'viewer',
      limit: 'evaluation',
      params: z.strictObject({ user_id: userIdSchema, flag_name: keySchema }),
      query: userAttributesQuery,
      replies: { 200: { description: 'The answer', body: userFlagSchema } },
      handle: ({ params, query }) => {
        const snapshot = requireSnapshot(store, query);
        const context = userContext(params.user_id, query);
        const record = requireFlag(snapshot, params.flag_name);
        seenContexts.add(context);
        return reply(200, answer(snapshot, record, context));
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
