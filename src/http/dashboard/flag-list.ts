import { Router, type Request, type Response } from 'express';
import { lintFlag } from '../../evaluation/lint/lint-flag.ts';
import { withSimpleFields } from '../../store/simple-flag.ts';
import type { ChangeOutcome } from '../../store/store.ts';
import { formText } from '../input/form-field.ts';
import { authorOf } from '../auth/principal.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import type { RenderView } from '../html/render-view.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import type { DeskAccess } from './dashboard-access.ts';
import { placeOf, type ShowDesk, tried } from './show-page.ts';
import { deleteForm, formError, newFlagForm } from './forms.ts';
import type { DeskPages } from './pages.ts';
import type { DeskPlace } from './dashboard-scope.ts';
import type { Alert, DashboardViews, NewFlagPage } from './dashboard-views.ts';
import { listText } from './text/clause-words.ts';

/** Making and deleting flags: each a page with a form, and what the form sends. */
export function createFlagList(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DeskAccess,
  {
    render,
    pages,
    show,
  }: {
    readonly render: RenderView<DashboardViews>;
    readonly pages: DeskPages;
    readonly show: ShowDesk;
  },
): Router {
  const router = Router();
  const showNew = async (
    req: Request,
    res: Response,
    status: number,
    input: Pick<NewFlagPage, 'key' | 'description' | 'error'>,
    alert?: Alert,
  ): Promise<void> => {
    const page = await pages.newFlag(req, res, placeOf(store, req), input, alert && { alert });
    res.status(status).type('html').send(render('dashboard-new-flag', page));
  };
  const showDelete = async (
    req: Request,
    res: Response,
    place: DeskPlace,
    key: string,
    status: number,
    alert?: Alert,
  ): Promise<void> => {
    const page = await pages.deleteFlag(req, res, place, key, alert && { alert });
    res.status(status).type('html').send(render('dashboard-delete', page));
  };

  router.get('/new-flag', ...access.watch, (req, res) =>
    showNew(req, res, 200, { key: '', description: '', error: undefined }),
  );

  router.post('/flags', ...access.change, async (req, res) => {
    const parsed = newFlagForm.safeParse(req.body);
    if (!parsed.success) {
      const { field, text } = formError(parsed.error, req.body);
      const error = { field: field === 'description' ? ('description' as const) : ('key' as const), text };
      await showNew(req, res, 422, { ...typed(req.body), error });
      return;
    }
    const { key, description } = parsed.data;
    const place = placeOf(store, req);
    const made = withSimpleFields(undefined, key, {});
    if (made.outcome !== 'mapped') throw new Error(`a new flag is refused: ${made.detail}`);
    const problem = lintFlag(made.definition, { flags: {}, segments: {} }).find(
      ({ severity }) => severity === 'error',
    );
    if (problem !== undefined) {
      await showNew(req, res, 422, { key, description, error: { field: 'key', text: problem.message } });
      return;
    }
    const done = await tried(() =>
      store.change(authorOf(req, res, 'dashboard'), {
        type: 'put-flag',
        environment: place.environment,
        key,
        definition: made.definition,
        description: description === '' ? null : description,
        expectedVersion: 'absent',
      }),
    );
    if ('unavailable' in done) {
      const alert = { title: 'The flag was not made', text: done.unavailable, again: undefined };
      await showNew(req, res, 503, { key, description, error: undefined }, alert);
    } else if (done.value.outcome === 'changed') {
      res.redirect(303, place.href('', { done: 'created', flag: key }, `#f-${encodeURIComponent(key)}`));
    } else {
      const error = { field: 'key' as const, text: `There is a flag called ${key} already.` };
      await showNew(req, res, 409, { key, description, error });
    }
  });

  router.get('/flags/:key/delete', ...access.watch, (req: Request<{ key: string }>, res) =>
    showDelete(req, res, placeOf(store, req), req.params.key, 200),
  );

  router.post('/flags/:key/delete', ...access.change, async (req: Request<{ key: string }>, res) => {
    const { key } = req.params;
    const place = placeOf(store, req);
    const { version: expectedVersion } = deleteForm.safeParse(req.body).data ?? { version: -1 };
    const done = await tried(() =>
      store.change(authorOf(req, res, 'dashboard'), {
        type: 'delete-flag',
        environment: place.environment,
        key,
        expectedVersion,
      }),
    );
    if (!('unavailable' in done) && isGone(done.value)) {
      res.redirect(303, place.href('', { done: 'deleted' }));
      return;
    }
    const now = placeOf(store, req);
    const alert = 'unavailable' in done ? awayAlert(done.unavailable) : deleteAlert(done.value, key);
    const status = 'unavailable' in done ? 503 : 409;
    if (now.snapshot.flags.has(key)) await showDelete(req, res, now, key, status, alert);
    else await show.desk(req, res, now, status, alert);
  });

  router.all('/new-flag', onlyMethods('GET'));
  router.all('/flags', onlyMethods('POST'));
  router.all('/flags/:key/delete', onlyMethods('GET', 'POST'));
  return router;
}

const isGone = ({ outcome }: ChangeOutcome): boolean => outcome === 'changed';

const awayAlert = (text: string): Alert => ({ title: 'Nothing was deleted', text, again: undefined });

function deleteAlert(outcome: ChangeOutcome, key: string): Alert {
  const text =
    outcome.outcome === 'in-use'
      ? `${key} is a prerequisite of ${listText(outcome.by)}. Change or delete what needs it first.`
      : 'Somebody else changed it while your page was open. Look at it once more, and then decide.';
  return { title: `${key} was not deleted`, text, again: undefined };
}

/** What was typed comes back as it was, as far as it is text. */
function typed(body: unknown): Pick<NewFlagPage, 'key' | 'description'> {
  const text = (name: string): string => (formText(body, name) ?? '').slice(0, 4_000);
  return { key: text('key'), description: text('description') };
}
