import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { checkContext } from '../../../evaluation/check-context.ts';
import type { Context } from '../../../evaluation/model.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { requireItem } from '../items/put-item.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { keySchema } from '../../input/key-schema.ts';
import { contextSchema, explanationSchema } from './evaluation-schemas.ts';
import { userAttributesQuery, userContext, userIdSchema } from './user-context.ts';

const flagParams = z.strictObject({ flag_name: keySchema });

/** Why a context gets what it gets, step by step. */
export function explainOperations({ store }: Pick<ApiDeps, 'store'>): readonly Operation[] {
  return [
    operation('explainFlagForUser', 'get', '/flags/{flag_name}/explain', {
      tag: 'Evaluation',
      summary: 'Why does a user get what they get?',
      description:
        'Every step that the evaluation takes, with what was compared and how it came out. Sentences count rules from 1, `ruleIndex` from 0.',
      role: 'viewer',
      params: flagParams,
      query: userAttributesQuery.safeExtend({ user_id: userIdSchema }),
      replies: { 200: { description: 'The evaluation and every step to it', body: explanationSchema } },
      handle: ({ params, query: { user_id, ...query } }) => {
        const snapshot = requireSnapshot(store, query);
        const record = requireItem(snapshot, 'flag', params.flag_name);
        return reply(200, explanationBody(snapshot, record, userContext(user_id, query)));
      },
    }),
    operation('explainFlag', 'post', '/flags/{flag_name}/explain', {
      tag: 'Evaluation',
      summary: 'Why does a context get what it gets?',
      description: 'Takes any context that an SDK could send. Nothing is changed or counted.',
      role: 'viewer',
      isRead: true,
      params: flagParams,
      query: z.strictObject(environmentQuery),
      body: z.strictObject({ context: contextSchema }).meta({ id: 'ExplainRequest' }),
      replies: { 200: { description: 'The evaluation and every step to it', body: explanationSchema } },
      handle: ({ params, query, body }) => {
        const snapshot = requireSnapshot(store, query);
        const record = requireItem(snapshot, 'flag', params.flag_name);
        return reply(200, explanationBody(snapshot, record, requireContext(body.context)));
      },
    }),
  ];
}

/** @throws Problem 400 `invalid_context` */
function requireContext(value: unknown): Context {
  const check = checkContext(value);
  if (check.ok) return check.context;
  throw new Problem(400, 'invalid_context', check.problem, {
    errors: [{ pointer: '/context', code: 'invalid_context', detail: check.problem }],
  });
}

function explanationBody(snapshot: Snapshot, record: FlagRecord, context: Context) {
  const { detail, summary, steps } = snapshot.evaluator.explain(record.key, context);
  return {
    flag_name: record.key,
    value: detail.value,
    variation_index: detail.variationIndex,
    reason: detail.reason,
    summary,
    steps,
  };
}
