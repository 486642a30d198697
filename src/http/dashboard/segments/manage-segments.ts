import { Router, type Request } from 'express';
import * as z from 'zod';
import { lintSegment } from '../../../evaluation/lint/lint-segment.ts';
import type { Segment } from '../../../evaluation/model.ts';
import type { SegmentRecord } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { queryOf } from '../../input/parse.ts';
import { formText } from '../../input/form-field.ts';
import { keySchema } from '../../input/key-schema.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type DashboardScope, type Visit, visitOf } from '../dashboard-scope.ts';
import type { Alert } from '../dashboard-views.ts';
import { KEPT_DRAFT_ALERT, type KeptDrafts } from '../kept-drafts.ts';
import { type FormOutcome, handleForm } from '../handle-form.ts';
import { type ShowPage, tryWrite } from '../show-page.ts';
import { definitionsIn } from '../targeting/targeting-page.ts';
import { bothChanges, type BothChanges, itemAt } from '../audit/both-changes.ts';
import type { ChangeLists } from '../audit/change-list.ts';
import { listText } from '../text/clause-text.ts';
import {
  buildSegment,
  editSegmentDraft,
  movedDraft,
  type SegmentDraft,
  segmentDraft,
  segmentDraftIn,
} from './segment-draft.ts';
import { segmentPage, segmentsPage } from './segment-pages.ts';

const newSegmentForm = z.object({ key: z.string('expected a name').trim().pipe(keySchema) });
const MAX_DESCRIPTION = 2_000;

/** `/dashboard/segments`: groups of contexts that rules of flags name. */
export function createManageSegments(
  {
    store,
    drafts,
    changeLists,
  }: Pick<DashboardDeps, 'store'> & {
    readonly drafts: Pick<KeptDrafts, 'find'>;
    readonly changeLists: ChangeLists;
  },
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const showList = (visit: Visit, key = '', status = 200, text?: string): Promise<void> => {
    const alert = text === undefined ? undefined : { title: 'The segment was not created', text };
    return show(
      visit,
      'dashboard-segments',
      { title: 'Segments', status, alert },
      segmentsPage(visit.scope, key),
    );
  };
  const showDraft = (
    visit: Visit,
    record: SegmentRecord,
    draft: SegmentDraft,
    {
      status = 200,
      text,
      problems,
      conflict,
      alert = text === undefined ? undefined : { title: 'Nothing was saved', text },
    }: {
      status?: number;
      text?: string;
      problems?: readonly string[];
      conflict?: BothChanges;
      alert?: Alert | undefined;
    } = {},
  ): Promise<void> => {
    const head = { title: `Segment ${record.key}`, status, alert };
    const said = { ...(problems && { problems }), ...(conflict && { conflict }) };
    return show(visit, 'dashboard-segment', head, segmentPage(visit.scope, record, draft, said));
  };
  /** Shows what both did to the same version, and the draft, which can still be saved. */
  const showConflict = async (
    visit: Visit,
    current: SegmentRecord,
    version: number,
    draft: SegmentDraft,
  ): Promise<void> => {
    const base = await itemAt(changeLists, visit.scope.environment, current, version);
    const mine = base && buildSegment(base.definition, draft);
    const draftOfBase =
      mine?.outcome === 'built' && base
        ? { ...base, definition: mine.definition, description: draft.description || null }
        : undefined;
    const alert = {
      title: `${current.key} was changed while you edited it`,
      text: 'Nothing was saved, and nothing that you typed is lost: your draft is below. Saving it replaces the other change.',
    };
    const moved = movedDraft(draft, base?.definition, current.definition);
    const conflict = bothChanges(base, current, draftOfBase);
    await showDraft(visit, current, moved, { status: 409, alert, conflict });
  };

  router.get('/segments', ...access.view, (req, res) => showList(visitOf(store, req, res)));

  router.post('/segments', ...access.change, async (req, res) => {
    const visit = visitOf(store, req, res);
    const { environment } = visit.scope;
    await handleForm(visit, newSegmentForm, {
      refuse: (status, text) => showList(visit, formText(req.body, 'key')?.slice(0, 256), status, text),
      act: async ({ key }): Promise<FormOutcome> => {
        const { outcome } = await store.change(authorOf(req, res, 'dashboard'), {
          type: 'put-segment',
          environment,
          key,
          definition: { key, version: 1, included: [], excluded: [], rules: [] },
          expectedVersion: 'absent',
        });
        return outcome === 'changed'
          ? { outcome: 'done', href: visit.scope.href(pathOf(key), { done: 'segment-saved' }) }
          : { outcome: 'refused', text: `There is a segment called ${key} already.` };
      },
    });
  });

  router.get('/segments/:key', ...access.view, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const record = segmentOf(visit.scope, req.params.key);
    const kept = drafts.find(queryOf(req)['draft']);
    if (kept === undefined)
      await showDraft(visit, record, segmentDraft(record.definition, record.description));
    else {
      const version = Number(formText(kept, 'version'));
      if (version !== record.version) await showConflict(visit, record, version, segmentDraftIn(kept));
      else await showDraft(visit, record, segmentDraftIn(kept), { alert: KEPT_DRAFT_ALERT });
    }
  });

  router.post('/segments/:key', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const current = segmentOf(visit.scope, req.params.key);
    const draft = segmentDraftIn(req.body);
    const version = Number(formText(req.body, 'version'));
    if (version !== current.version) {
      await showConflict(visit, current, version, draft);
      return;
    }
    const action = formText(req.body, 'do') ?? 'save';
    if (action !== 'save') {
      await showDraft(visit, current, editSegmentDraft(draft, action));
      return;
    }
    const built = buildSegment(current.definition, draft);
    const problems = built.outcome === 'invalid' ? built.problems : errorsIn(visit.scope, built.definition);
    const tooLong =
      draft.description.length > MAX_DESCRIPTION ? ['The description is longer than 2,000 characters.'] : [];
    if (built.outcome === 'invalid' || problems.length + tooLong.length > 0) {
      await showDraft(visit, current, draft, { status: 422, problems: [...tooLong, ...problems] });
      return;
    }
    const done = await tryWrite(() =>
      store.change(authorOf(req, res, 'dashboard'), {
        type: 'put-segment',
        environment: visit.scope.environment,
        key: current.key,
        definition: built.definition,
        description: draft.description === '' ? null : draft.description,
        expectedVersion: version,
      }),
    );
    if ('unavailable' in done) {
      await showDraft(visit, current, draft, { status: 503, text: done.unavailable });
    } else if (done.value.outcome === 'changed' || done.value.outcome === 'unchanged') {
      res.redirect(303, visit.scope.href(pathOf(current.key), { done: 'segment-saved' }));
    } else {
      const now = visitOf(store, req, res);
      await showConflict(now, segmentOf(now.scope, current.key), version, draft);
    }
  });

  router.post('/segments/:key/delete', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const record = segmentOf(visit.scope, req.params.key);
    const draft = segmentDraft(record.definition, record.description);
    const form = z.object({
      version: z
        .string()
        .regex(/^\d{1,15}$/, 'expected a version')
        .transform(Number),
    });
    await handleForm(visit, form, {
      refuse: (status, text) => showDraft(visit, record, draft, { status, text }),
      act: async ({ version }) => {
        const outcome = await store.change(authorOf(req, res, 'dashboard'), {
          type: 'delete-segment',
          environment: visit.scope.environment,
          key: record.key,
          expectedVersion: version,
        });
        if (outcome.outcome === 'changed')
          return { outcome: 'done', href: visit.scope.href('/segments', { done: 'segment-deleted' }) };
        return outcome.outcome === 'in-use'
          ? { outcome: 'refused', text: `${listText(outcome.by)} need it. Change those first.` }
          : { outcome: 'refused', text: 'It was changed after your page was loaded. Check it once more.' };
      },
    });
  });

  router.all(['/segments', '/segments/:key'], onlyMethods('GET', 'POST'));
  router.all('/segments/:key/delete', onlyMethods('POST'));
  return router;
}

/** @throws Problem 404 */
function segmentOf({ snapshot }: DashboardScope, key: string): SegmentRecord {
  const record = snapshot.segments.get(key);
  if (record === undefined)
    throw new Problem(404, 'not_found', 'There is no such segment in this environment.');
  return record;
}

const errorsIn = ({ snapshot }: DashboardScope, segment: Segment): readonly string[] =>
  lintSegment(segment, definitionsIn(snapshot))
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);

const pathOf = (key: string): string => `/segments/${encodeURIComponent(key)}`;
