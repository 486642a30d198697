import { Router, type Request } from 'express';
import type { Flag, FlagRule } from '../../../evaluation/model.ts';
import type { FlagRecord } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { queryOf } from '../../input/parse.ts';
import { formText } from '../../input/form-field.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { bothChanges, itemAt } from '../audit/both-changes.ts';
import type { ChangeLists } from '../audit/change-list.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { KEPT_DRAFT_ALERT, type KeptDrafts } from '../kept-drafts.ts';
import { commentIn } from '../forms.ts';
import { flagOf } from '../flag/flag-pages.ts';
import { type PageHead, type ShowPage, tryWrite } from '../show-page.ts';
import { flagDiff } from '../text/flag-diff.ts';
import { draftPreview } from './draft-preview.ts';
import { buildTargeting, type TargetingDraft, targetingDraft } from './targeting-draft.ts';
import { focusAfter } from './focus-after.ts';
import { draftIn, editDraft } from './targeting-form.ts';
import { lintDraft, targetingPage, type TargetingState } from './targeting-page.ts';

export interface TargetingDeps extends Pick<DashboardDeps, 'store' | 'contexts' | 'now'> {
  readonly access: DashboardAccess;
  readonly changeLists: ChangeLists;
  readonly drafts: Pick<KeptDrafts, 'find'>;
  readonly show: ShowPage;
}

/** `/dashboard/flags/:key/targeting`: rules, default rule and off variation as a draft that is reviewed and saved once. */
export function createTargeting({
  drafts,
  store,
  contexts,
  now,
  access,
  changeLists,
  show,
}: TargetingDeps): Router {
  const router = Router();
  const showDraft = (
    visit: Visit,
    record: FlagRecord,
    draft: TargetingDraft,
    state: TargetingState = {},
    head: Omit<PageHead, 'title'> = {},
  ): Promise<void> =>
    show(
      visit,
      'dashboard-targeting',
      { title: `Targeting of ${record.key}`, ...head },
      targetingPage(visit.scope, record, draft, state),
    );

  router.get('/flags/:key/targeting', ...access.view, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const record = flagOf(visit.scope, req.params.key);
    const kept = drafts.find(queryOf(req)['draft']);
    if (kept === undefined) {
      // The page that a form leads back to.
      const focus = queryOf(req)['done'] === undefined ? undefined : 'title';
      await showDraft(visit, record, targetingDraft(record.definition), { focus });
      return;
    }
    const draft = draftIn(kept, record.definition.variations.length);
    const comment = commentIn(kept);
    const version = Number(formText(kept, 'version'));
    if (version !== record.version) await showConflict(visit, record, version, draft, comment);
    else await showDraft(visit, record, draft, { comment }, { alert: KEPT_DRAFT_ALERT });
  });

  router.post('/flags/:key/targeting', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const current = flagOf(visit.scope, req.params.key);
    const action = formText(req.body, 'do') ?? 'review';
    const comment = commentIn(req.body);
    const draft = draftIn(req.body, current.definition.variations.length);
    const version = Number(formText(req.body, 'version'));
    if (version !== current.version) {
      await showConflict(visit, current, version, draft, comment);
      return;
    }
    if (action !== 'review' && action !== 'save') {
      const edited = editDraft(draft, action, current.definition.variations.length);
      await showDraft(visit, current, edited, { comment, focus: focusAfter(action, edited.rules) });
      return;
    }
    const built = buildTargeting(current.definition, draft);
    const findings = built.outcome === 'built' ? lintDraft(visit.scope.snapshot, built.definition) : [];
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    if (built.outcome === 'invalid' || errors.length > 0) {
      const problems = built.outcome === 'invalid' ? built.problems : errors;
      await showDraft(visit, current, draft, { comment, problems, focus: 'problems' }, { status: 422 });
      return;
    }
    const { definition } = built;
    if (action === 'save') {
      await save(visit, current, definition, draft, comment);
      return;
    }
    const review = {
      changes: flagDiff(current.definition, definition),
      warnings: findings.map(({ message }) => message),
      preview: await draftPreview(visit.scope.snapshot, definition, contexts(), now),
    };
    await showDraft(visit, current, draft, { comment, review, focus: 'review-result' });
  });

  router.all('/flags/:key/targeting', onlyMethods('GET', 'POST'));
  return router;

  async function save(
    visit: Visit,
    { key, version }: FlagRecord,
    definition: Flag,
    draft: TargetingDraft,
    comment: string,
  ): Promise<void> {
    const { req, res, scope } = visit;
    const author = { ...authorOf(req, res, 'dashboard'), ...(comment === '' ? {} : { comment }) };
    const done = await tryWrite(() =>
      store.change(author, {
        type: 'put-flag',
        environment: scope.environment,
        key,
        definition,
        expectedVersion: version,
      }),
    );
    const after = visitOf(store, req, res);
    if ('unavailable' in done) {
      const alert = { title: 'Nothing was saved', text: done.unavailable };
      await showDraft(after, flagOf(after.scope, key), draft, { comment }, { status: 503, alert });
    } else if (done.value.outcome === 'changed' || done.value.outcome === 'unchanged') {
      const flash = done.value.outcome === 'changed' ? 'saved' : 'unchanged';
      res.redirect(303, scope.flagHref(key, '/targeting', { done: flash, flag: key }));
    } else {
      await showConflict(after, flagOf(after.scope, key), version, draft, comment);
    }
  }

  /** Shows what the other change did beside the draft, which then applies to the flag as it is now. */
  async function showConflict(
    visit: Visit,
    current: FlagRecord,
    version: number,
    draft: TargetingDraft,
    comment: string,
  ): Promise<void> {
    const { key } = current;
    const { environment } = visit.scope;
    const base = await itemAt(changeLists, environment, current, version);
    const old = base?.definition;
    const mine = old && buildTargeting(old, draft);
    const draftOfBase =
      mine?.outcome === 'built' ? base && { ...base, definition: mine.definition } : undefined;
    const conflict = bothChanges(base, current, draftOfBase);
    const rules = draft.rules.map((rule) => {
      const from =
        rule.from === undefined ? undefined : sameRule(old?.rules?.[rule.from], current.definition);
      return Object.assign({}, rule, { from });
    });
    const alert = {
      title: `${key} was changed while you edited it`,
      text: 'Nothing was saved, and nothing that you typed is lost: your draft is below. Saving it replaces the other change.',
    };
    await showDraft(
      visit,
      current,
      { ...draft, rules },
      { comment, conflict, focus: 'both' },
      { status: 409, alert },
    );
  }
}

/** Where a rule of an older version stands now: the rule with its id, or an equal one. */
function sameRule(rule: FlagRule | undefined, { rules = [] }: Flag): number | undefined {
  if (rule === undefined) return undefined;
  const text = JSON.stringify(rule);
  const at = rules.findIndex((other) =>
    rule.id === undefined ? JSON.stringify(other) === text : other.id === rule.id,
  );
  return at === -1 ? undefined : at;
}
