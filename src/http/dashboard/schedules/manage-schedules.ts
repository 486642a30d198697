import { Router, type Request } from 'express';
import * as z from 'zod';
import type { Instruction, Schedule } from '../../../release/schedule.ts';
import { withSimpleFields } from '../../../store/simple-flag.ts';
import { authorOf } from '../../auth/principal.ts';
import { formText } from '../../input/form-field.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { queryOf } from '../../input/parse.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { percentage } from '../forms.ts';
import { handleForm } from '../handle-form.ts';
import type { ShowPage } from '../show-page.ts';
import { type ScheduleDraft, schedulesPage } from './schedules-page.ts';

const MAX_SHOWN = 200;

/** `at`: a date and a time of day in UTC, as `<input type=datetime-local>` sends it. */
const scheduleForm = z
  .object({
    flag: z.string('expected a flag').trim().min(1, 'expected a flag'),
    instruction: z.enum(['on', 'off', 'set'], 'expected one of the changes'),
    percentage: z.string().default(''),
    at: z
      .string('expected a date and a time')
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, 'expected a date and a time, as 2031-05-04T14:30')
      .transform((text) => Date.parse(`${text}Z`))
      .refine((time) => !Number.isNaN(time), 'expected a day that exists'),
    comment: z
      .string()
      .trim()
      .max(500, 'expected at most 500 characters')
      .regex(/^[^\0]*$/, 'expected text')
      .transform((text) => (text === '' ? null : text))
      .default(null),
  })
  .transform((form, context) => {
    const instruction = instructionOf(form.instruction, form.percentage);
    if (instruction !== undefined) return { ...form, instruction };
    context.issues.push({
      code: 'custom',
      path: ['percentage'],
      input: form.percentage,
      message: 'expected a percentage from 0 to 100',
    });
    return z.NEVER;
  });

function instructionOf(kind: Instruction['kind'], text: string): Instruction | undefined {
  if (kind !== 'set') return { kind };
  const parsed = percentage.safeParse(text);
  return parsed.success ? { kind, rolloutPercentage: parsed.data } : undefined;
}

/** `/dashboard/schedules`: changes of a flag at a time to come. */
export function createManageSchedules(
  { store, schedules, now }: Pick<DashboardDeps, 'store' | 'schedules' | 'now'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const showSchedules = async (
    visit: Visit,
    draft: ScheduleDraft,
    { status = 200, text }: { readonly status?: number; readonly text?: string } = {},
  ): Promise<void> => {
    const { environment } = visit.scope;
    const all = await schedules.list({ environment, limit: MAX_SHOWN });
    const waiting = all.filter(({ state }) => isWaiting(state));
    const over = all.filter(({ state }) => !isWaiting(state)).toReversed();
    const alert = text === undefined ? undefined : { title: 'Nothing was scheduled', text };
    const model = schedulesPage(visit.scope, waiting, over, now(), draft);
    await show(visit, 'dashboard-schedules', { title: 'Schedules', status, alert }, model);
  };

  router.get('/schedules', ...access.view, async (req, res) => {
    const { flag = '' } = queryOf(req);
    await showSchedules(visitOf(store, req, res), { ...NOTHING_TYPED, flag });
  });

  router.post('/schedules', ...access.change, async (req, res) => {
    const visit = visitOf(store, req, res);
    await handleForm(visit, scheduleForm, {
      refuse: (status, text) => showSchedules(visit, draftIn(req.body), { status, text }),
      act: async ({ flag, instruction, at, comment }) => {
        const record = visit.scope.snapshot.flags.get(flag);
        if (record === undefined)
          return { outcome: 'refused', status: 422, text: `There is no flag called ${flag}.` };
        if (at <= now())
          return { outcome: 'refused', status: 422, text: 'Time: expected a time to come, in UTC.' };
        if (instruction.kind === 'set') {
          const share = { rollout_percentage: instruction.rolloutPercentage };
          const mapped = withSimpleFields(record.definition, flag, share);
          if (mapped.outcome !== 'mapped')
            return { outcome: 'refused', status: 422, text: `${flag}: ${mapped.detail}` };
        }
        const { environment } = visit.scope;
        const author = authorOf(req, res, 'dashboard');
        await schedules.create(author, { environment, flag, instruction, dueAt: at, comment });
        return { outcome: 'done', href: visit.scope.href('/schedules', { done: 'schedule-created' }) };
      },
    });
  });

  router.post('/schedules/:id/cancel', ...access.change, async (req: Request<{ id: string }>, res) => {
    const visit = visitOf(store, req, res);
    await handleForm(visit, z.object({}), {
      refuse: (status, text) => showSchedules(visit, NOTHING_TYPED, { status, text }),
      act: async () => {
        const outcome = await schedules.cancel(authorOf(req, res, 'dashboard'), req.params.id);
        return outcome === 'cancelled'
          ? { outcome: 'done', href: visit.scope.href('/schedules', { done: 'schedule-cancelled' }) }
          : { outcome: 'refused', text: 'It is under way or over. Undo what it did in the audit log.' };
      },
    });
  });

  router.all('/schedules', onlyMethods('GET', 'POST'));
  router.all('/schedules/:id/cancel', onlyMethods('POST'));
  return router;
}

const isWaiting = (state: Schedule['state']): boolean => state === 'waiting' || state === 'running';

const NOTHING_TYPED: ScheduleDraft = { flag: '', instruction: 'on', percentage: '', at: '', comment: '' };

function draftIn(body: unknown): ScheduleDraft {
  const text = (name: string): string => (formText(body, name) ?? '').slice(0, 500);
  return {
    flag: text('flag'),
    instruction: text('instruction'),
    percentage: text('percentage'),
    at: text('at'),
    comment: text('comment'),
  };
}
