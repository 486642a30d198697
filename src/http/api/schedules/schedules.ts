import { isoTime } from '../../../shared/iso-time.ts';
import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { withSimpleFields } from '../../../store/simple-flag.ts';
import { type Instruction, SCHEDULE_STATES, type Schedule } from '../../../release/schedule.ts';
import { invalidField, Problem } from '../../problems/problem.ts';
import { environmentFromQuery, environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { requireItem } from '../items/put-item.ts';
import { LINK_HEADER, linkToNext, timePage, timePageQuery } from '../items/keyset-page.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { authorSchema } from '../audit/audit-schemas.ts';
import { textSchema, timestampSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

const percentageSchema = z.number().min(0).max(100).multipleOf(0.001);

const scheduleSchema = z
  .object({
    id: z.string(),
    project: keySchema,
    environment: keySchema,
    flag_name: keySchema,
    action: z.enum(['on', 'off', 'set']),
    rollout_percentage: percentageSchema.nullable().describe('Of `set`; null of the others.'),
    at: timestampSchema,
    comment: z.string().nullable(),
    state: z.enum(SCHEDULE_STATES),
    created_at: timestampSchema,
    created_by: authorSchema,
    finished_at: timestampSchema.nullable(),
    result: z.string().nullable().describe('One plain sentence, when it is over.'),
    audit_id: z
      .int()
      .nullable()
      .describe('The entry of the audit log that it made; null when there was nothing to change.'),
  })
  .meta({ id: 'Schedule' });

const common = {
  flag_name: keySchema,
  at: timestampSchema.describe('ISO 8601 in UTC; carried out within a second or two of it.'),
  comment: textSchema(1_000).exactOptional().describe('Why; kept in the audit log.'),
};

const scheduleCreateSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.enum(['on', 'off']), ...common }),
    z.strictObject({ action: z.literal('set'), rollout_percentage: percentageSchema, ...common }),
  ])
  .meta({ id: 'ScheduleCreate', description: '“On at”, “off at”, “set to 20 % at”.' });

const listQuery = z.strictObject({
  ...environmentQuery,
  flag_name: keySchema.exactOptional(),
  state: z.enum(SCHEDULE_STATES).exactOptional(),
  ...timePageQuery,
});

const scheduleParams = z.strictObject({ schedule_id: textSchema(128).min(1) });

/** Changes that come by themselves, once, at their time. */
export function schedulesOperations({
  schedules,
  store,
  now,
  cursors,
}: Pick<ApiDeps, 'schedules' | 'store' | 'now' | 'cursors'>): readonly Operation[] {
  return [
    operation('createSchedule', 'post', '/schedules', {
      tag: 'Schedules',
      summary: 'Change a flag at a time to come',
      description:
        'Kept through restarts and carried out exactly once, however many instances there are. One that came due while the service was down is carried out at the start.',
      role: 'operator',
      query: z.strictObject(environmentQuery),
      body: scheduleCreateSchema,
      replies: {
        201: { description: 'The schedule', body: scheduleSchema, headers: { Location: 'Where it is.' } },
      },
      problems: [404],
      handle: async ({ query, body, author }) => {
        const { definition } = requireItem(requireSnapshot(store, query), 'flag', body.flag_name);
        const instruction: Instruction =
          body.action === 'set'
            ? { kind: 'set', rolloutPercentage: body.rollout_percentage }
            : { kind: body.action };
        if (instruction.kind === 'set') {
          const share = { rollout_percentage: instruction.rolloutPercentage };
          const outcome = withSimpleFields(definition, body.flag_name, share);
          if (outcome.outcome !== 'mapped')
            throw invalidField('/rollout_percentage', 'invalid_rollout', outcome.detail);
        }
        const dueAt = Date.parse(body.at);
        if (dueAt <= now())
          throw invalidField('/at', 'invalid_value', `expected a time to come, got ${body.at}`);
        const schedule = await schedules.create(author, {
          environment: environmentFromQuery(query),
          flag: body.flag_name,
          instruction,
          dueAt,
          comment: body.comment ?? null,
        });
        return reply(201, scheduleBody(schedule), { Location: `/schedules/${schedule.id}` });
      },
    }),
    operation('listSchedules', 'get', '/schedules', {
      tag: 'Schedules',
      summary: 'List scheduled changes by their time',
      description: 'Those that wait and those that were carried out, with what came of them.',
      role: 'viewer',
      query: listQuery,
      replies: {
        200: { description: 'A page of schedules', body: z.array(scheduleSchema), headers: LINK_HEADER },
      },
      problems: [404],
      handle: async ({ query, url }) => {
        const { environment } = requireSnapshot(store, query);
        const { flag_name: flag, state } = query;
        const scope = ['schedules', environment.project, environment.environment, flag ?? '', state ?? ''];
        const { items, next } = await timePage(
          cursors,
          scope,
          query,
          (position, limit) =>
            schedules.list({
              environment,
              limit,
              ...(flag === undefined ? {} : { flag }),
              ...(state === undefined ? {} : { state }),
              ...(position === undefined ? {} : { after: { dueAt: position.time, id: position.id } }),
            }),
          ({ dueAt }) => dueAt,
        );
        return reply(200, items.map(scheduleBody), linkToNext(url, next));
      },
    }),
    operation('getSchedule', 'get', '/schedules/{schedule_id}', {
      tag: 'Schedules',
      summary: 'Read a scheduled change',
      description: 'With its state, and what came of it.',
      role: 'viewer',
      params: scheduleParams,
      replies: { 200: { description: 'The schedule', body: scheduleSchema } },
      handle: async ({ params }) => {
        const schedule = await schedules.get(params.schedule_id);
        if (schedule === undefined) throw noSuchSchedule();
        return reply(200, scheduleBody(schedule));
      },
    }),
    operation('cancelSchedule', 'delete', '/schedules/{schedule_id}', {
      tag: 'Schedules',
      summary: 'Cancel a scheduled change',
      description: 'Only while it waits; afterwards it is 409.',
      role: 'operator',
      params: scheduleParams,
      replies: { 204: { description: 'It will not happen' } },
      problems: [409],
      handle: async ({ params, author }) => {
        const outcome = await schedules.cancel(author, params.schedule_id);
        switch (outcome) {
          case 'cancelled':
            return reply(204);
          case 'too-late':
            throw new Problem(
              409,
              'conflict',
              'It is over, or under way; undo what it did from the audit log.',
            );
          case 'not-found':
            throw noSuchSchedule();
          default:
            return outcome satisfies never;
        }
      },
    }),
  ];
}

const noSuchSchedule = (): Problem =>
  new Problem(404, 'not_found', 'There is no scheduled change of that id.');

function scheduleBody(schedule: Schedule) {
  const { instruction } = schedule;
  return {
    id: schedule.id,
    project: schedule.environment.project,
    environment: schedule.environment.environment,
    flag_name: schedule.flag,
    action: instruction.kind,
    rollout_percentage: instruction.kind === 'set' ? instruction.rolloutPercentage : null,
    at: isoTime(schedule.dueAt),
    comment: schedule.comment,
    state: schedule.state,
    created_at: isoTime(schedule.createdAt),
    created_by: schedule.createdBy,
    finished_at: schedule.finishedAt === null ? null : isoTime(schedule.finishedAt),
    result: schedule.result,
    audit_id: schedule.auditId,
  };
}
