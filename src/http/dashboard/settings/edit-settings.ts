import { Router, type Request } from 'express';
import type { FlagRecord } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { queryOf } from '../../input/parse.ts';
import { formText } from '../../input/form-field.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { bothChanges, itemAt } from '../audit/both-changes.ts';
import { differences } from '../audit/change-details.ts';
import type { ChangeLists } from '../audit/change-list.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { KEPT_DRAFT_ALERT, type KeptDrafts } from '../kept-drafts.ts';
import { commentIn } from '../forms.ts';
import { flagOf } from '../flag/flag-pages.ts';
import { type PageHead, type ShowPage, tryWrite } from '../show-page.ts';
import { draftPreview } from '../targeting/draft-preview.ts';
import { lintDraft } from '../targeting/targeting-page.ts';
import {
  buildSettings,
  editSettings,
  type SettingsDraft,
  settingsDraft,
  settingsDraftIn,
} from './settings-draft.ts';
import { settingsPage, type SettingsState } from './settings-page.ts';

/** `/dashboard/flags/:key/settings`: a draft that is reviewed and saved once, as targeting is. */
export function createEditSettings(
  {
    store,
    contexts,
    now,
    drafts,
    changeLists,
  }: Pick<DashboardDeps, 'store' | 'contexts' | 'now'> & {
    readonly drafts: Pick<KeptDrafts, 'find'>;
    readonly changeLists: ChangeLists;
  },
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const showDraft = (
    visit: Visit,
    record: FlagRecord,
    draft: SettingsDraft,
    state: SettingsState = {},
    head: Omit<PageHead, 'title'> = {},
  ): Promise<void> =>
    show(
      visit,
      'dashboard-settings',
      { title: `Settings of ${record.key}`, ...head },
      settingsPage(visit.scope, record, draft, state),
    );

  /** Shows what both did to the same version, and the draft, which can still be saved. */
  const showConflict = async (
    visit: Visit,
    current: FlagRecord,
    version: number,
    draft: SettingsDraft,
    comment: string,
  ): Promise<void> => {
    const base = await itemAt(changeLists, visit.scope.environment, current, version);
    const mine = base && buildSettings(base.definition, draft);
    const draftOfBase = mine?.outcome === 'built' ? base && { ...base, ...mine } : undefined;
    const alert = {
      title: `${current.key} was changed while you edited it`,
      text: 'Nothing was saved, and nothing that you typed is lost: your draft is below. Saving it replaces the other change.',
    };
    const conflict = bothChanges(base, current, draftOfBase);
    await showDraft(visit, current, draft, { comment, conflict }, { status: 409, alert });
  };

  router.get('/flags/:key/settings', ...access.view, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const record = flagOf(visit.scope, req.params.key);
    const kept = drafts.find(queryOf(req)['draft']);
    if (kept === undefined) await showDraft(visit, record, settingsDraft(record));
    else {
      const comment = commentIn(kept);
      const draft = settingsDraftIn(kept);
      const version = Number(formText(kept, 'version'));
      if (version !== record.version) await showConflict(visit, record, version, draft, comment);
      else await showDraft(visit, record, draft, { comment }, { alert: KEPT_DRAFT_ALERT });
    }
  });

  router.post('/flags/:key/settings', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const { scope } = visit;
    const current = flagOf(scope, req.params.key);
    const { key } = current;
    const action = formText(req.body, 'do') ?? 'review';
    const comment = commentIn(req.body);
    const draft = settingsDraftIn(req.body);
    const expectedVersion = Number(formText(req.body, 'version'));
    if (expectedVersion !== current.version) {
      await showConflict(visit, current, expectedVersion, draft, comment);
      return;
    }
    if (action !== 'review' && action !== 'save') {
      await showDraft(visit, current, editSettings(draft, action), { comment });
      return;
    }
    const built = buildSettings(current.definition, draft);
    const findings = built.outcome === 'built' ? lintDraft(scope.snapshot, built.definition) : [];
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    if (built.outcome === 'invalid' || errors.length > 0) {
      const problems = built.outcome === 'invalid' ? built.problems : errors;
      await showDraft(visit, current, draft, { comment, problems }, { status: 422 });
      return;
    }
    const { definition, description, tags } = built;
    if (action === 'review') {
      const review = {
        changes: differences(current, { ...current, definition, description, tags }),
        warnings: findings.map(({ message }) => message),
        preview: await draftPreview(scope.snapshot, definition, contexts(), now),
      };
      await showDraft(visit, current, draft, { comment, review });
      return;
    }
    const author = { ...authorOf(req, res, 'dashboard'), ...(comment === '' ? {} : { comment }) };
    const { environment } = scope;
    const done = await tryWrite(() =>
      store.change(author, {
        type: 'put-flag',
        environment,
        key,
        definition,
        description,
        tags,
        expectedVersion,
      }),
    );
    const after = visitOf(store, req, res);
    if ('unavailable' in done) {
      const alert = { title: 'Nothing was saved', text: done.unavailable };
      await showDraft(after, flagOf(after.scope, key), draft, { comment }, { status: 503, alert });
    } else if (done.value.outcome === 'changed' || done.value.outcome === 'unchanged') {
      const flash = done.value.outcome === 'changed' ? 'settings-saved' : 'unchanged';
      res.redirect(303, scope.flagHref(key, '/settings', { done: flash, flag: key }));
    } else {
      await showConflict(after, flagOf(after.scope, key), expectedVersion, draft, comment);
    }
  });

  router.all('/flags/:key/settings', onlyMethods('GET', 'POST'));
  return router;
}
