import { Router, type Request, type Response } from 'express';
import type { FlagRecord } from '../../store/store.ts';
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

const UNCHANGED = 'Nothing was changed';
const GONE = { status: 409, title: UNCHANGED, text: 'The flag is gone.' };

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
    await carryOut(req, res, place, key, parsed.data);
  });

  router.all('/flags/:key/changes', onlyMethods('POST'));
  return router;

  /** Edits the very version that the page showed; only the kill switch takes whatever is there. */
  async function carryOut(
    req: Request,
    res: Response,
    place: DeskPlace,
    key: string,
    form: ChangeForm,
  ): Promise<void> {
    const kill = form.change === 'kill';
    const author = { ...authorOf(req, res, 'dashboard'), ...(kill ? { comment: KILL_SWITCH } : {}) };
    const ref = { environment: place.environment, kind: 'flag', key } as const;
    const done = await tried(() =>
      store.update(author, ref, (current) => editedDraft(current, form), {
        expectedVersion: kill ? undefined : form.version,
      }),
    );
    const refusal = { place: placeOf(store, req), key };
    if ('unavailable' in done) {
      await refuse(req, res, { ...refusal, status: 503, title: UNCHANGED, text: done.unavailable, form });
      return;
    }
    const { value: outcome } = done;
    switch (outcome.outcome) {
      case 'changed':
        backTo(res, place, form, key, form.change);
        return;
      case 'unchanged':
        backTo(res, place, form, key, 'unchanged');
        return;
      case 'refused':
        await refuse(req, res, { ...refusal, ...outcome.refusal });
        return;
      case 'conflict':
        await refuse(req, res, {
          ...refusal,
          ...(outcome.currentVersion === null ? GONE : changedFirst(key, form)),
        });
        return;
      case 'not-found':
        await refuse(req, res, { ...refusal, ...GONE });
        return;
      default:
        outcome satisfies never;
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

function editedDraft(current: FlagRecord | undefined, form: ChangeForm) {
  if (current === undefined) return { outcome: 'refused', refusal: GONE } as const;
  const edit = applyEdit(current.definition, form);
  return edit.outcome === 'edited'
    ? ({ outcome: 'edited', draft: { definition: edit.definition } } as const)
    : ({
        outcome: 'refused',
        refusal: { status: 422, title: 'That cannot be done', text: edit.detail },
      } as const);
}

const changedFirst = (key: string, form: ChangeForm) => ({
  status: 409,
  title: `Somebody else changed ${key} first`,
  text: `You wanted to ${editText(form)}, but the flag is not as your page showed it. Nothing of yours was changed; it is shown below as it is now.`,
  form,
});

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
