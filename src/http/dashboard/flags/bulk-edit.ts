import { Router } from 'express';
import type { FlagRecord, ItemRef } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { visitOf } from '../dashboard-scope.ts';
import type { FlagPages } from '../flag/flag-pages.ts';
import { type BulkForm, bulkForm, formError } from '../forms.ts';
import { tryWrite } from '../show-page.ts';
import { ARCHIVED } from './flag-filter.ts';

/** `POST /dashboard/bulk`: tags, archives or restores the selected flags, each by a change of its own. */
export function createBulkEdit(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DashboardAccess,
  pages: FlagPages,
): Router {
  const router = Router();
  router.post('/bulk', ...access.change, async (req, res) => {
    const visit = visitOf(store, req, res);
    const { environment, href } = visit.scope;
    const parsed = bulkForm.safeParse(req.body);
    if (!parsed.success) {
      const { text } = formError(parsed.error, req.body);
      await pages.flags(visit, { status: 422, alert: { title: 'Nothing was changed', text } });
      return;
    }
    const form = parsed.data;
    const author = authorOf(req, res, 'dashboard');
    let changed = 0;
    for (const key of form.keys) {
      const ref: ItemRef<'flag'> = { environment, kind: 'flag', key };
      const done = await tryWrite(() => store.update(author, ref, (current) => editedDraft(current, form)));
      if ('unavailable' in done) {
        const title = `${changed} of ${form.keys.length} flags were changed`;
        const now = visitOf(store, req, res);
        await pages.flags(now, { status: 503, alert: { title, text: done.unavailable } });
        return;
      }
      if (done.value.outcome === 'changed') changed += 1;
    }
    res.redirect(303, href('', { done: changed === 0 ? 'unchanged' : 'bulk' }));
  });
  router.all('/bulk', onlyMethods('POST'));
  return router;
}

function editedDraft(current: FlagRecord | undefined, form: BulkForm) {
  if (current === undefined) return { outcome: 'refused', refusal: undefined } as const;
  const on = current.definition.on && form.action !== 'archive';
  const draft = { definition: { ...current.definition, on }, tags: editedTags(current.tags, form) };
  return { outcome: 'edited', draft } as const;
}

function editedTags(tags: readonly string[], { action, tag }: BulkForm): readonly string[] {
  const without = (name: string) => tags.filter((other) => other !== name);
  switch (action) {
    case 'tag':
      return [...without(tag), tag];
    case 'untag':
      return without(tag);
    case 'archive':
      return [...without(ARCHIVED), ARCHIVED];
    case 'restore':
      return without(ARCHIVED);
    default:
      return action satisfies never;
  }
}
