import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { checkContext } from '../../../evaluation/check-context.ts';
import type { Evaluator } from '../../../evaluation/evaluator.ts';
import type { Context } from '../../../evaluation/model.ts';
import { flagsAt, plansOf } from '../../../release/forecast/flags-at.ts';
import { isoTime } from '../../../shared/iso-time.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { invalidField, Problem } from '../../problems/problem.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { requireItem } from '../items/put-item.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { keySchema } from '../../input/key-schema.ts';
import { contextSchema, explanationSchema } from './evaluation-schemas.ts';
import { userAttributesQuery, userContext, userIdSchema } from './user-context.ts';

const atSchema = z.iso
  .datetime({ offset: true })
  .describe(
    'A time to come. The answer is then the one of that time, by the plans of the releases under way and by the schedules. Default: now.',
  );

const flagParams = z.strictObject({ flag_name: keySchema });

/** Why a context gets what it gets, step by step. */
export function explainOperations({
  store,
  releases,
  schedules,
  now,
}: Pick<ApiDeps, 'store' | 'releases' | 'schedules' | 'now'>): readonly Operation[] {
  const services = { releases: releases.releases, schedules };
  const explain = async (
    snapshot: Snapshot,
    { key }: FlagRecord,
    context: Context,
    atText: string | undefined,
  ) => {
    if (atText === undefined) return explanationBody(snapshot.evaluator, key, context);
    const at = Date.parse(atText);
    if (at < now())
      throw invalidField('/at', 'invalid_value', `expected a time to come, got ${JSON.stringify(atText)}`);
    const plans = await plansOf(services, snapshot.environment);
    const { evaluator, planned } = flagsAt(snapshot, plans, at, now());
    return {
      ...explanationBody(evaluator, key, context),
      at: isoTime(at),
      planned: [...planned].flatMap(([flag_name, sentences]) =>
        sentences.map((sentence) => ({ flag_name, sentence })),
      ),
    };
  };
  return [
    operation('explainFlagForUser', 'get', '/flags/{flag_name}/explain', {
      tag: 'Evaluation',
      summary: 'Why does a user get what they get?',
      description:
        'Every step that the evaluation takes, with what was compared and how it came out. Sentences count rules from 1, `ruleIndex` from 0. `at` asks for a time to come.',
      role: 'viewer',
      params: flagParams,
      query: userAttributesQuery.safeExtend({ user_id: userIdSchema, at: atSchema.exactOptional() }),
      replies: { 200: { description: 'The evaluation and every step to it', body: explanationSchema } },
      handle: async ({ params, query: { user_id, at, ...query } }) => {
        const snapshot = requireSnapshot(store, query);
        const record = requireItem(snapshot, 'flag', params.flag_name);
        return reply(200, await explain(snapshot, record, userContext(user_id, query), at));
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
      body: z
        .strictObject({ context: contextSchema, at: atSchema.exactOptional() })
        .meta({ id: 'ExplainRequest' }),
      replies: { 200: { description: 'The evaluation and every step to it', body: explanationSchema } },
      handle: async ({ params, query, body }) => {
        const snapshot = requireSnapshot(store, query);
        const record = requireItem(snapshot, 'flag', params.flag_name);
        return reply(200, await explain(snapshot, record, requireContext(body.context), body.at));
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

function explanationBody(evaluator: Evaluator, key: string, context: Context) {
  const { detail, summary, steps } = evaluator.explain(key, context);
  return {
    flag_name: key,
    value: detail.value,
    variation_index: detail.variationIndex,
    reason: detail.reason,
    summary,
    steps,
  };
}
