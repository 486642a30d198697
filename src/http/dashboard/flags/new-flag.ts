import { Router } from 'express';
import { withSimpleFields } from '../../../store/simple-flag.ts';
import { authorOf } from '../../auth/principal.ts';
import { formText } from '../../input/form-field.ts';
import { queryOf } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import type { NewFlagPage } from '../dashboard-views.ts';
import { formError, newFlagForm } from '../forms.ts';
import { type PageHead, type ShowPage, tryWrite } from '../show-page.ts';

type Input = Pick<NewFlagPage, 'key' | 'description'> & Partial<Pick<NewFlagPage, 'error'>>;

/** The form for a new flag, and `POST /dashboard/flags`, which it sends. */
export function createNewFlag(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const showForm = (visit: Visit, input: Input, head: Omit<PageHead, 'title'> = {}): Promise<void> =>
    show(
      visit,
      'dashboard-new-flag',
      { title: 'A new flag', ...head },
      {
        action: visit.scope.href('/flags'),
        error: undefined,
        ...input,
      },
    );

  router.get('/new-flag', ...access.view, (req, res) =>
    showForm(visitOf(store, req, res), typedIn(queryOf(req))),
  );

  router.post('/flags', ...access.change, async (req, res) => {
    const visit = visitOf(store, req, res);
    const refuse = (status: number, field: 'key' | 'description', text: string): Promise<void> =>
      showForm(visit, { ...typedIn(req.body), error: { field, text } }, { status });

    const parsed = newFlagForm.safeParse(req.body);
    if (!parsed.success) {
      const { field, text } = formError(parsed.error, req.body);
      await refuse(422, field === 'description' ? 'description' : 'key', text);
      return;
    }
    const { key, description } = parsed.data;
    const created = withSimpleFields(undefined, key, { rollout_percentage: 0 });
    if (created.outcome !== 'mapped') throw new Error(`a new flag is refused: ${created.detail}`);
    const { definition } = created;
    const { environment } = visit.scope;
    const done = await tryWrite(() =>
      store.change(authorOf(req, res, 'dashboard'), {
        type: 'put-flag',
        environment,
        key,
        definition,
        description: description === '' ? null : description,
        expectedVersion: 'absent',
      }),
    );
    if ('unavailable' in done) {
      const alert = { title: 'The flag was not created', text: done.unavailable };
      await showForm(visit, { key, description }, { status: 503, alert });
    } else if (done.value.outcome === 'changed') {
      res.redirect(303, visit.scope.flagHref(key, '', { done: 'created', flag: key }));
    } else {
      await refuse(409, 'key', `There is a flag called ${key} already.`);
    }
  });

  router.all('/new-flag', onlyMethods('GET'));
  router.all('/flags', onlyMethods('POST'));
  return router;
}

/** Shown again, so that nothing has to be typed twice. */
function typedIn(body: unknown): Pick<NewFlagPage, 'key' | 'description'> {
  const text = (name: string): string => (formText(body, name) ?? '').slice(0, 4_000);
  return { key: text('key'), description: text('description') };
}
