import { Router, type Request, type Response } from 'express';
import type { ChangeOutcome, FlagRecord } from '../../store/store.ts';
import { formField } from '../input/form-field.ts';
import { authorOf } from '../auth/principal.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { DeskAccess } from './dashboard-access.ts';
import { changeForm, type ChangeForm, formError } from './forms.ts';
import type { DeskPlace } from './dashboard-scope.ts';
import { placeOf, type ShowDesk, tried } from './show-page.ts';
import { applyEdit } from './flag-edits.ts';
import type { Alert } from './dashboard-views.ts';
import { KILL_SWITCH } from './text/change-words.ts';
import { editText } from './text/edit-words.ts';
import { listText } from './text/clause-words.ts';

/** A kill switch works on whatever is there, so it tries again when somebody writes in between. */
const KILL_TRIES = 20;

const UNCHANGED = 'Nothing was changed';

interface Refusal {
  readonly place: DeskPlace;
  readonly key: string;
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** What can be sent once more, on what is there now. Default: nothing. */
  readonly form?: ChangeForm;
}

/** `POST /dashboard/flags/:key/changes`: what the controls of a strip send. */
export function createFlagChanges(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DeskAccess,
  show: ShowDesk,
): Router {
  const router = Router();

  router.post('/flags/:key/changes', ...access.change, async (req: Request<{ key: string }>, res) => {
    const place = placeOf(store, req);
    const { key } = req.params;
    const record = place.snapshot.flags.get(key);
    if (record === undefined) {
      await show.desk(req, res, place, 409, {
        title: 'That flag is not on this desk any more',
        text: 'Somebody deleted it while your page was open. The list below says who, and can bring it back.',
        again: undefined,
      });
      return;
    }
    const parsed = changeForm.safeParse(req.body);
    if (!parsed.success) {
      const { text } = formError(parsed.error, req.body);
      const title = 'That was not understood';
      await refuse(req, res, { place, key, status: 422, title, text: `Nothing was changed: ${text}` });
      return;
    }
    await carryOut(req, res, place, record, parsed.data);
  });

  router.all('/flags/:key/changes', onlyMethods('POST'));
  return router;

  async function carryOut(
    req: Request,
    res: Response,
    place: DeskPlace,
    record: FlagRecord,
    form: ChangeForm,
  ): Promise<void> {
    const { key } = record;
    const edit = applyEdit(record.definition, form);
    if (edit.outcome === 'refused') {
      await refuse(req, res, { place, key, status: 422, title: 'That cannot be done', text: edit.detail });
      return;
    }
    const done = await tried(() => write(req, res, place, form, key));
    if ('unavailable' in done) {
      await refuse(req, res, { place, key, status: 503, title: UNCHANGED, text: done.unavailable, form });
      return;
    }
    const { outcome } = done.value;
    switch (outcome) {
      case 'changed':
      case 'unchanged':
        backTo(res, place, form, key, outcome === 'changed' ? form.change : 'unchanged');
        return;
      case 'conflict':
        await refuse(req, res, {
          place: placeOf(store, req),
          key,
          status: 409,
          title: `Somebody else changed ${key} first`,
          text: `You wanted to ${editText(form)}, but the flag is not as your page showed it. Nothing of yours was changed; it is shown below as it is now.`,
          form,
        });
        return;
      case 'not-found':
        await refuse(req, res, {
          place: placeOf(store, req),
          key,
          status: 409,
          title: UNCHANGED,
          text: 'The flag is gone.',
        });
        return;
      case 'in-use':
        await refuse(req, res, {
          place,
          key,
          status: 409,
          title: UNCHANGED,
          text: `${listText(done.value.by)} need it.`,
        });
        return;
      default:
        outcome satisfies never;
    }
  }

  /** On the very version that the page showed; only the kill switch takes whatever is there. */
  async function write(
    req: Request,
    res: Response,
    { environment }: DeskPlace,
    form: ChangeForm,
    key: string,
  ): Promise<ChangeOutcome> {
    const kill = form.change === 'kill';
    const author = { ...authorOf(req, res, 'dashboard'), ...(kill ? { comment: KILL_SWITCH } : {}) };
    for (let attempt = 1; ; attempt += 1) {
      const current = store.snapshot(environment)?.flags.get(key);
      if (current === undefined) return { outcome: 'not-found' };
      if (!kill && current.version !== form.version) {
        return { outcome: 'conflict', currentVersion: current.version };
      }
      const edit = applyEdit(current.definition, form);
      if (edit.outcome === 'refused') return { outcome: 'unchanged', record: current };
      const outcome = await store.change(author, {
        type: 'put-flag',
        environment,
        key,
        definition: edit.definition,
        expectedVersion: current.version,
      });
      if (!kill || outcome.outcome !== 'conflict' || attempt === KILL_TRIES) return outcome;
    }
  }

  async function refuse(
    req: Request,
    res: Response,
    { place, key, status, title, text, form }: Refusal,
  ): Promise<void> {
    const record = place.snapshot.flags.get(key);
    const again = form === undefined || record === undefined ? undefined : againOf(place, record, form);
    const alert: Alert = { title, text, again };
    const fromFlag = formField(req.body, 'back') === 'flag';
    if (fromFlag && record !== undefined) await show.flag(req, res, place, key, status, alert);
    else await show.desk(req, res, place, status, alert);
  }
}

/** The same form for what is there now. */
function againOf(place: DeskPlace, record: FlagRecord, form: ChangeForm): Alert['again'] {
  const { version: _stale, ...fields } = form;
  return {
    action: place.href(`/flags/${encodeURIComponent(record.key)}/changes`),
    label: `${capitalised(editText(form))} now`,
    fields: Object.entries({ ...fields, version: record.version }).map(([name, value]) => ({
      name,
      value: String(value),
    })),
  };
}

function backTo(res: Response, place: DeskPlace, form: ChangeForm, key: string, done: string): void {
  const query = { done, flag: key };
  res.redirect(
    303,
    form.back === 'flag'
      ? place.href(`/flags/${encodeURIComponent(key)}`, query)
      : place.href('', query, `#f-${encodeURIComponent(key)}`),
  );
}

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
