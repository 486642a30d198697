import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import type { EnvironmentRef } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { queryOf } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { formError } from '../forms.ts';
import { type FormOutcome, handleForm } from '../handle-form.ts';
import { createKeptDrafts } from '../kept-drafts.ts';
import type { ShowPage } from '../show-page.ts';
import { digestOf, importPage } from './import-page.ts';
import type { ImportPreview, Transfer } from './transfer.ts';
import { eventRangeForm, exportForm, importForm, type UploadedFile, uploadSchema } from './transfer-forms.ts';

/** Export as files, and the form that takes one. */
export interface TransferPage {
  readonly environment: EnvironmentRef;
  readonly exports: readonly { readonly name: string; readonly text: string; readonly href: string }[];
  readonly eventsAction: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly typed: { readonly from: string; readonly to: string };
  readonly previewAction: string;
}

/** Each may be as large as an import. */
const MAX_KEPT_FILES = 2;
const DAY_MS = 86_400_000;

/** `/dashboard/transfer`: export as files; import with a preview of what it would do. */
export function createManageTransfer(
  { store, transfer, random, now }: Pick<DashboardDeps, 'store' | 'transfer' | 'random' | 'now'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const files = createKeptDrafts<UploadedFile>(random, now, MAX_KEPT_FILES);
  const showTransfer = (visit: Visit, status = 200, text?: string): Promise<void> => {
    const alert = text === undefined ? undefined : { title: 'Nothing was changed', text };
    return show(
      visit,
      'dashboard-transfer',
      { title: 'Import and export', status, alert },
      transferPage(visit),
    );
  };
  const showPreview = async (
    visit: Visit,
    file: UploadedFile & { readonly id: string },
    preview: ImportPreview,
    status = 200,
    text?: string,
  ): Promise<void> => {
    const alert = text === undefined ? undefined : { title: 'Nothing was imported', text };
    const model = importPage(store, visit.scope, preview, file);
    await show(visit, 'dashboard-import', { title: `Import ${file.name}`, status, alert }, model);
  };

  router.get('/transfer', ...access.view, (req, res) => showTransfer(visitOf(store, req, res)));

  router.get('/transfer/export', ...access.administerPage, (req, res) => {
    const { environment } = visitOf(store, req, res).scope;
    const { of } = exportForm.parse(queryOf(req));
    const { name, only } = {
      environment: { name: `${environment.project}-${environment.environment}`, only: environment },
      project: { name: environment.project, only: { project: environment.project } },
      everything: { name: 'everything', only: {} },
    }[of];
    res.type('json').attachment(`dj-toggle-${name}.json`).send(transfer.exportText(only));
  });

  router.get('/transfer/events', ...access.administerPage, async (req, res) => {
    const visit = visitOf(store, req, res);
    const parsed = eventRangeForm.safeParse(queryOf(req));
    if (!parsed.success) {
      await showTransfer(visit, 422, formError(parsed.error, queryOf(req)).text);
      return;
    }
    const { from = 0, to } = parsed.data;
    const range = { from, to: to === undefined ? now() : to + DAY_MS };
    res.type('application/x-ndjson').attachment('events.ndjson');
    await pipeline(Readable.from(linesOf(transfer, visit.scope.environment, range)), res);
  });

  router.post('/transfer/preview', ...access.upload, async (req, res) => {
    const visit = visitOf(store, req, res);
    await handleForm(visit, uploadSchema, {
      refuse: (status, text) => showTransfer(visit, status, text),
      act: ({ file }) =>
        orRefused(async () => {
          const preview = await transfer.previewImport(file.bytes, visit.scope.environment);
          await showPreview(visit, { ...file, id: files.keep(file) }, preview);
          return { outcome: 'answered' };
        }),
    });
  });

  router.post('/transfer/import', ...access.administer, async (req, res) => {
    const visit = visitOf(store, req, res);
    const { environment } = visit.scope;
    const found = importForm.safeParse(req.body);
    const id = found.success ? found.data.id : '';
    const file = files.find(id);
    if (file === undefined) {
      await showTransfer(
        visit,
        409,
        'The file is no longer kept here: that is an hour at most, and ends with a restart. Choose it again.',
      );
      return;
    }
    const preview = await transfer.previewImport(file.bytes, environment);
    const kept = { ...file, id };
    await handleForm(visit, importForm, {
      refuse: (status, text) => showPreview(visit, kept, preview, status, text),
      act: async ({ digest, conflicts }): Promise<FormOutcome> => {
        if (digest !== digestOf(store, preview)) {
          return {
            outcome: 'refused',
            text: 'Something was changed here after the preview. Below is what importing would do now.',
          };
        }
        await preview.carryOut(authorOf(req, res, 'dashboard'), conflicts);
        return { outcome: 'done', href: visit.scope.href('/audit', { done: 'imported' }) };
      },
    });
  });

  for (const path of ['/transfer', '/transfer/export', '/transfer/events'])
    router.all(path, onlyMethods('GET'));
  for (const path of ['/transfer/preview', '/transfer/import']) router.all(path, onlyMethods('POST'));
  return router;
}

function transferPage({ req, scope }: Visit): TransferPage {
  const { environment } = scope;
  const { from = '', to = '' } = queryOf(req);
  const file = (of: string, name: string, text: string) => ({
    name,
    text,
    href: scope.href('/transfer/export', { of }),
  });
  return {
    environment,
    exports: [
      file(
        'environment',
        `The environment ${environment.environment}`,
        'Its flags and segments, with versions and tags.',
      ),
      file('project', `The project ${environment.project}`, 'The same of all its environments.'),
      file('everything', 'Everything', 'All projects. Imported into an empty service it comes back exactly.'),
    ],
    eventsAction: '/dashboard/transfer/events',
    hidden: scope.hiddenFields,
    typed: { from, to },
    previewAction: scope.href('/transfer/preview'),
  };
}

/** What is wrong with a file is said on the page. */
async function orRefused(act: () => Promise<FormOutcome>): Promise<FormOutcome> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { outcome: 'refused', status: error.status, text: `The file cannot be read: ${error.message}` };
  }
}

async function* linesOf(
  transfer: Transfer,
  environment: EnvironmentRef,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<string> {
  for await (const event of transfer.exportEvents(environment, range)) yield `${JSON.stringify(event)}\n`;
}
