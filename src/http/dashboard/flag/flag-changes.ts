import { Router, type Request, type Response } from 'express';
import type { FlagRecord } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { formField } from '../../input/form-field.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type DashboardScope, type Visit, visitOf } from '../dashboard-scope.ts';
import type { Alert } from '../dashboard-views.ts';
import { changeForm, type ChangeForm, formError } from '../forms.ts';
import { tryWrite } from '../show-page.ts';
import { KILL_SWITCH } from '../text/change-text.ts';
import { editText } from '../text/edit-text.ts';
import { applyEdit } from './flag-edits.ts';
import type { FlagPages } from './flag-pages.ts';
import { sendAgain } from './resume-alert.ts';

const NOTHING_CHANGED = 'Nothing was changed';
const DELETED: Refusal = { status: 409, title: NOTHING_CHANGED, text: 'The flag was deleted.' };

interface Refusal extends Pick<Alert, 'title' | 'text'> {
  readonly status: number;
}

/** `POST /dashboard/flags/:key/changes`: what the controls of a flag card send. */
export function createFlagChanges(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DashboardAccess,
  pages: FlagPages,
): Router {
  const router = Router();

  router.post('/flags/:key/changes', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const { key } = req.params;
    if (!visit.scope.snapshot.flags.has(key)) {
      await pages.flags(visit, {
        status: 409,
        alert: {
          title: 'That flag was deleted',
          text: 'It was deleted after your page was loaded. The audit log below says by whom, and can bring it back.',
        },
      });
      return;
    }
    const parsed = changeForm.safeParse(req.body);
    if (!parsed.success) {
      const { text } = formError(parsed.error, req.body);
      await refuse(visit, key, {
        status: 422,
        title: 'That form is not valid',
        text: `Nothing was changed: ${text}`,
      });
      return;
    }
    await carryOut(visit, key, parsed.data);
  });

  router.all('/flags/:key/changes', onlyMethods('POST'));
  return router;

  /** Edits exactly the version that the page showed; only the kill switch takes whatever version is there. */
  async function carryOut(visit: Visit, key: string, form: ChangeForm): Promise<void> {
    const { req, res, scope } = visit;
    const kill = form.change === 'kill';
    const author = { ...authorOf(req, res, 'dashboard'), ...(kill ? { comment: KILL_SWITCH } : {}) };
    const ref = { environment: scope.environment, kind: 'flag', key } as const;
    const expectedVersion = kill ? undefined : form.version;
    const done = await tryWrite(() =>
      store.update(author, ref, (current) => editedDraft(current, form), { expectedVersion }),
    );
    const current = visitOf(store, req, res);
    if ('unavailable' in done) {
      await refuse(current, key, { status: 503, title: NOTHING_CHANGED, text: done.unavailable }, form);
      return;
    }
    const { value: outcome } = done;
    switch (outcome.outcome) {
      case 'changed':
      case 'unchanged':
        redirectBack(res, scope, form, key, outcome.outcome === 'changed' ? form.change : 'unchanged');
        return;
      case 'refused':
        await refuse(current, key, outcome.refusal);
        return;
      case 'conflict':
        await refuse(current, key, outcome.currentVersion === null ? DELETED : changedSince(key, form), form);
        return;
      case 'not-found':
        await refuse(current, key, DELETED);
        return;
      default:
        outcome satisfies never;
    }
  }

  /** @param form can be sent once more, on the flag as it is now */
  async function refuse(
    visit: Visit,
    key: string,
    { status, title, text }: Refusal,
    form?: ChangeForm,
  ): Promise<void> {
    const { req, scope } = visit;
    const record = scope.snapshot.flags.get(key);
    const again = form === undefined || record === undefined ? undefined : sendAgain(scope, record, form);
    const head = { status, alert: { title, text, again } };
    const isFromFlagPage = formField(req.body, 'back') === 'flag';
    await (isFromFlagPage && record !== undefined ? pages.flag(visit, key, head) : pages.flags(visit, head));
  }
}

function editedDraft(current: FlagRecord | undefined, form: ChangeForm) {
  if (current === undefined) return { outcome: 'refused', refusal: DELETED } as const;
  const edit = applyEdit(current.definition, form);
  return edit.outcome === 'edited'
    ? ({ outcome: 'edited', draft: { definition: edit.definition } } as const)
    : ({
        outcome: 'refused',
        refusal: { status: 422, title: 'That cannot be done', text: edit.detail },
      } as const);
}

const changedSince = (key: string, form: ChangeForm): Refusal => ({
  status: 409,
  title: `${key} was changed after your page was loaded`,
  text: `You wanted to ${editText(form)}. Nothing of yours was changed; the flag is shown below as it is now.`,
});

function redirectBack(
  res: Response,
  scope: DashboardScope,
  { back }: ChangeForm,
  key: string,
  done: string,
): void {
  const query = { done, flag: key };
  res.redirect(
    303,
    back === 'flag' ? scope.flagHref(key, '', query) : scope.href('', query, `#f-${encodeURIComponent(key)}`),
  );
}
