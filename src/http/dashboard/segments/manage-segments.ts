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
import { listText } from '../text/clause-text.ts';
import {
  buildSegment,
  editSegmentDraft,
  type SegmentDraft,
  segmentDraft,
  segmentDraftIn,
} from './segment-draft.ts';
import { segmentPage, segmentsPage } from './segment-pages.ts';

const newSegmentForm = z.object({ key: z.string('expected a name').trim().pipe(keySchema) });
const MAX_DESCRIPTION = 2_000;

/** `/dashboard/segments`: groups of contexts that rules of flags name. */
export function createManageSegments(
  { store, drafts }: Pick<DashboardDeps, 'store'> & { readonly drafts: Pick<KeptDrafts, 'find'> },
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
      alert = text === undefined ? undefined : { title: 'Nothing was saved', text },
    }: { status?: number; text?: string; problems?: readonly string[]; alert?: Alert | undefined } = {},
  ): Promise<void> => {
    const head = { title: `Segment ${record.key}`, status, alert };
    return show(visit, 'dashboard-segment', head, segmentPage(visit.scope, record, draft, problems));
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
    else await showDraft(visit, record, segmentDraftIn(kept), { alert: KEPT_DRAFT_ALERT });
  });

  router.post('/segments/:key', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const current = segmentOf(visit.scope, req.params.key);
    const draft = segmentDraftIn(req.body);
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
        expectedVersion: Number(formText(req.body, 'version')),
      }),
    );
    if ('unavailable' in done) {
      await showDraft(visit, current, draft, { status: 503, text: done.unavailable });
    } else if (done.value.outcome === 'changed' || done.value.outcome === 'unchanged') {
      res.redirect(303, visit.scope.href(pathOf(current.key), { done: 'segment-saved' }));
    } else {
      const now = visitOf(store, req, res);
      const text =
        'It was changed while you edited it. What you typed is below; saving it replaces the other change, which the audit log shows.';
      await showDraft(now, segmentOf(now.scope, current.key), draft, { status: 409, text });
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
