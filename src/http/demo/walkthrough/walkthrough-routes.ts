import { Router, type Request, type Response } from 'express';
import { CROWD_PERSONAS } from '../../../demo/personas.ts';
import { authorOf } from '../../auth/principal.ts';
import { formText } from '../../input/form-field.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { nonceOf } from '../../middleware/security-headers.ts';
import { Problem } from '../../problems/problem.ts';
import type { DemoAccess } from '../demo-access.ts';
import type { DemoDeps } from '../demo-deps.ts';
import { createRenderDemo, walkthroughFrame } from '../demo-views.ts';
import { ownOrigin } from '../own-origin.ts';
import { type PlaylistReleases, releaseView } from '../playlist-release.ts';
import type { Presenter, Walk } from './walk.ts';
import { WALK_STEPS } from './walk.ts';
import { walkthroughPage } from './walkthrough-page.ts';

const STAGE = '/walkthrough';
const PRESENTER = '/walkthrough/presenter';

/** `/walkthrough`: the story of a release, step by step; `/walkthrough/presenter` is the same with notes and a timer. */
export function createWalkthroughRoutes(
  deps: Pick<DemoDeps, 'assets' | 'csrf' | 'flags' | 'stopwatch'>,
  access: DemoAccess,
  { walk, releases }: { readonly walk: Walk; readonly releases: PlaylistReleases },
): Router {
  const render = createRenderDemo();
  const router = Router();

  const show = async (res: Response, isPresenter: boolean, status = 200, alert?: string): Promise<void> => {
    const latest = await releases.latest();
    const { source, detail } = deps.flags.status();
    const page = walkthroughPage({
      state: walk.state(),
      isPresenter,
      release: latest && releaseView(latest),
      stopwatch: deps.stopwatch.reading(),
      personas: CROWD_PERSONAS.map(({ name }) => name),
      flagsFrom: detail,
      isLaunchDarkly: source === 'launchdarkly',
    });
    const frame = walkthroughFrame(deps.assets, nonceOf(res));
    const csrf = await deps.csrf.token(res);
    const html = render('walkthrough', { frame, csrf, events: '/floor/events', alert, ...page });
    res.status(status).type('html').send(html);
  };

  router.get('/', ...access.view, (_req, res) => show(res, false));
  router.get('/presenter', ...access.view, (_req, res) => show(res, true));
  router.post('/steps/:step/show', ...access.change, (req: Request<{ step: string }>, res) => {
    walk.show(indexOf(req));
    back(req, res);
  });
  router.post('/steps/:step/run', ...access.change, async (req: Request<{ step: string }>, res) => {
    const refusal = await walk.run(indexOf(req), presenterOf(req, res));
    if (refusal === undefined) back(req, res);
    else await show(res, isFromPresenter(req), 409, refusal);
  });
  router.post('/steps/:step/skip', ...access.change, (req: Request<{ step: string }>, res) => {
    walk.skip(indexOf(req));
    back(req, res);
  });
  router.post('/steps/:step/reset', ...access.change, async (req: Request<{ step: string }>, res) => {
    await walk.reset(indexOf(req), presenterOf(req, res));
    back(req, res);
  });
  router.post('/reset', ...access.change, async (req, res) => {
    await walk.resetAll(presenterOf(req, res));
    back(req, res);
  });

  for (const path of ['/', '/presenter']) router.all(path, onlyMethods('GET'));
  for (const action of ['show', 'run', 'skip', 'reset'])
    router.all(`/steps/:step/${action}`, onlyMethods('POST'));
  router.all('/reset', onlyMethods('POST'));
  return router;
}

/** @throws Problem 404 */
const indexOf = ({ params: { step } }: Request<{ step: string }>): number => {
  const index = Number(step) - 1;
  if (WALK_STEPS[index] === undefined)
    throw new Problem(404, 'not_found', `The walkthrough has steps 1 to ${WALK_STEPS.length}.`);
  return index;
};

const isFromPresenter = (req: Request): boolean => formText(req.body, 'back') === PRESENTER;
const back = (req: Request, res: Response): void =>
  res.redirect(303, isFromPresenter(req) ? PRESENTER : STAGE);
const presenterOf = (req: Request, res: Response): Presenter => ({
  author: authorOf(req, res, 'dashboard'),
  origin: ownOrigin(req),
});
