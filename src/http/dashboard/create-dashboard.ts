import { join } from 'node:path';
import { Router, type Request } from 'express';
import { apiEndpoint } from '../problems/error-handler.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import { createRenderView, type RenderView } from '../html/render-view.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import { createDeskAccess, leadToLogin } from './dashboard-access.ts';
import { createShowDesk, placeOf } from './show-page.ts';
import { createDeskPages } from './pages.ts';
import { createDeskStreams } from './dashboard-streams.ts';
import { createEvaluationMeter } from './evaluation-meter.ts';
import { createFlagChanges } from './flag-changes.ts';
import { createFlagList } from './flag-list.ts';
import { createLogin } from './login.ts';
import { createUndo } from './undo.ts';
import type { DashboardViews } from './dashboard-views.ts';

const VIEWS = join(import.meta.dirname, '..', '..', '..', 'views');

export interface Dashboard {
  /** Serves `/dashboard…`; stands at the root, behind `securityHeaders`. */
  readonly router: Router;
  /** Stops the meters and lets go of the store; the hub ends the streams. */
  close(): void;
}

/** The desk: what a presenter or an operator sees and changes flags with. */
export function createDashboard(deps: DashboardDeps): Dashboard {
  const { store, counts, now } = deps;
  const render: RenderView<DashboardViews> = createRenderView(VIEWS);
  const meter = createEvaluationMeter({ counts, now });
  meter.sample();
  const streams = createDeskStreams(deps, meter);
  const pages = createDeskPages(deps, meter);
  const show = createShowDesk(render, pages);
  const access = createDeskAccess(deps);

  const desk = Router();
  desk.use(createLogin(deps, access, render));
  desk.get('/', ...access.watch, async (req, res) => {
    res.type('html').send(render('dashboard', await pages.desk(req, res, placeOf(store, req))));
  });
  desk.get('/log', ...access.watch, async (req, res) => {
    res.type('html').send(render('dashboard-log', await pages.log(req, res, placeOf(store, req))));
  });
  desk.get('/events', apiEndpoint, ...access.watch, (req, res) => {
    streams.open(req, res, placeOf(store, req));
  });
  desk.use(createFlagChanges(deps, access, show));
  desk.use(createFlagList(deps, access, { render, pages, show }));
  desk.use(createUndo(deps, access, show));
  desk.get('/flags/:key', ...access.watch, async (req: Request<{ key: string }>, res) => {
    const page = await pages.flag(req, res, placeOf(store, req), req.params.key);
    res.type('html').send(render('dashboard-flag', page));
  });
  for (const path of ['/', '/log', '/events', '/flags/:key']) desk.all(path, onlyMethods('GET'));
  desk.use(leadToLogin);

  const router = Router();
  router.use('/dashboard', desk);
  return { router, close: () => streams.close() };
}
