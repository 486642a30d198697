import { Router, type Request } from 'express';
import { plansOf } from '../../release/forecast/flags-at.ts';
import { onlyMethods } from '../middleware/request-rules.ts';
import { apiEndpoint, notFound } from '../problems/error-handler.ts';
import { createAuditRoutes } from './audit/audit-routes.ts';
import { createChangeLists } from './audit/change-list.ts';
import { createUndo } from './audit/undo.ts';
import { createDashboardAccess, createRedirectToLogin } from './dashboard-access.ts';
import type { DashboardDeps } from './dashboard-deps.ts';
import { visitOf, visitOfList } from './dashboard-scope.ts';
import { withLaunchDarkly } from './launchdarkly/launchdarkly-flags.ts';
import { readOnlyLaunchDarkly } from './launchdarkly/read-only.ts';
import { createDashboardStreams } from './dashboard-streams.ts';
import { createFlagChanges } from './flag/flag-changes.ts';
import { historyPage } from './flag/history-page.ts';
import { createFlagPages, flagOf } from './flag/flag-pages.ts';
import { createDeleteFlag } from './flags/delete-flag.ts';
import { createBulkEdit } from './flags/bulk-edit.ts';
import { createPins } from './flags/pins.ts';
import { createNewFlag } from './flags/new-flag.ts';
import { livePage } from './live/live-page.ts';
import { createRecentEvents } from './live/recent-events.ts';
import { createManageEnvironments } from './environments/manage-environments.ts';
import { createManageTransfer } from './transfer/manage-transfer.ts';
import { createManageKeys } from './keys/manage-keys.ts';
import { createManageRelease } from './release/manage-release.ts';
import { createPlanRelease } from './release/plan-release.ts';
import { createManageSchedules } from './schedules/manage-schedules.ts';
import { findPage } from './find/find-page.ts';
import { createManageExperiments } from './experiment/manage-experiments.ts';
import { createEditSettings } from './settings/edit-settings.ts';
import { createManageSegments } from './segments/manage-segments.ts';
import { createManageWebhooks } from './webhooks/manage-webhooks.ts';
import { createKeptDrafts } from './kept-drafts.ts';
import { createLogin } from './login.ts';
import { createEvaluationMeter } from './meters/evaluation-meter.ts';
import { createShowPage } from './show-page.ts';
import { createTroublePages } from './trouble/trouble-pages.ts';
import { createTargeting } from './targeting/targeting.ts';
import { whoPage } from './who/who-page.ts';

export interface Dashboard {
  /** Serves `/dashboard…`; stands at the root, behind `securityHeaders`. */
  readonly router: Router;
  /** Stops the meters and unsubscribes from the store; the hub ends the streams. */
  close(): void;
}

/** The pages on which presenters and operators see and change flags. */
export function createDashboard(given: DashboardDeps): Dashboard {
  const deps = { ...given, store: withLaunchDarkly(given.store, given.launchdarkly) };
  const { store, counts, now } = deps;
  const meter = createEvaluationMeter({ counts, now });
  meter.sample();
  const recent = createRecentEvents(deps.liveEvents);
  const streams = createDashboardStreams(deps, () => meter.sample());
  const access = createDashboardAccess(deps);
  const drafts = createKeptDrafts(deps.random, now);
  const trouble = createTroublePages(deps, drafts);
  const show = createShowPage(deps);
  const changeLists = createChangeLists(deps);
  const pages = createFlagPages({ ...deps, meter, changeLists, show });

  const dashboard = Router();
  dashboard.use(createLogin(deps, access));
  dashboard.use(readOnlyLaunchDarkly);
  dashboard.get('/', ...access.view, (req, res) => pages.flags(visitOfList(store, req, res)));
  dashboard.get('/who', ...access.view, async (req, res) => {
    const visit = visitOf(store, req, res);
    const services = { releases: deps.releases.releases, schedules: deps.schedules };
    const plans = await plansOf(services, visit.scope.environment);
    await show(visit, 'dashboard-who', { title: 'Who gets what' }, whoPage(visit, plans, now()));
  });
  dashboard.get('/find', ...access.view, async (req, res) => {
    const visit = visitOf(store, req, res);
    await show(visit, 'dashboard-find', { title: 'Find' }, findPage(visit, now()));
  });
  dashboard.get('/settings', ...access.view, async (req, res) => {
    const visit = visitOf(store, req, res);
    await show(
      visit,
      'dashboard-configuration',
      { title: 'Settings' },
      { groups: deps.configuration, environmentsHref: visit.scope.href('/environments', {}, '#settings') },
    );
  });
  dashboard.get('/events', apiEndpoint, ...access.view, (req, res) => {
    streams.open(visitOf(store, req, res));
  });
  dashboard.get('/again', ...access.view, ...trouble.again);
  dashboard.use(createFlagChanges(deps, access, pages));
  dashboard.use(createNewFlag(deps, access, show));
  dashboard.use(createDeleteFlag(deps, access, { show, pages }));
  dashboard.use(createTargeting({ ...deps, access, changeLists, show, drafts }));
  dashboard.use(createPins(access));
  dashboard.use(createBulkEdit(deps, access, pages));
  dashboard.use(createUndo(deps, access, pages));
  dashboard.use(createAuditRoutes({ store, changeLists, show }, access));
  dashboard.use(createManageExperiments(deps, access, show));
  dashboard.use(createEditSettings({ ...deps, drafts, changeLists }, access, show));
  dashboard.use(createManageSegments({ ...deps, drafts, changeLists }, access, show));
  dashboard.use(createManageKeys(deps, access, show));
  dashboard.use(createManageWebhooks(deps, access, show));
  dashboard.use(createPlanRelease(deps, access, show));
  dashboard.use(createManageRelease(deps, access, show));
  dashboard.use(createManageSchedules(deps, access, show));
  dashboard.use(createManageEnvironments(deps, access, show));
  dashboard.use(createManageTransfer(deps, access, show));
  dashboard.get('/flags/:key', ...access.view, (req: Request<{ key: string }>, res) =>
    pages.flag(visitOf(store, req, res), req.params.key),
  );
  dashboard.get('/flags/:key/code', ...access.view, (req: Request<{ key: string }>, res) =>
    pages.code(visitOf(store, req, res), req.params.key),
  );
  dashboard.get('/flags/:key/history', ...access.view, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const model = await historyPage(visit, flagOf(visit.scope, req.params.key), changeLists);
    await show(visit, 'dashboard-history', { title: `History of ${req.params.key}` }, model);
  });
  dashboard.get('/flags/:key/live', ...access.view, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const record = flagOf(visit.scope, req.params.key);
    const model = livePage(visit, record, recent.list(visit.scope.environment), now());
    await show(visit, 'dashboard-live', { title: `Live: ${record.key}` }, model);
  });
  for (const path of [
    '/',
    '/who',
    '/find',
    '/settings',
    '/again',
    '/events',
    '/flags/:key',
    '/flags/:key/code',
    '/flags/:key/history',
    '/flags/:key/live',
  ])
    dashboard.all(path, onlyMethods('GET'));
  dashboard.use(notFound, createRedirectToLogin(drafts), trouble.onError);

  const router = Router();
  router.use('/dashboard', dashboard);
  const close = (): void => {
    recent.close();
    streams.close();
  };
  return { router, close };
}
