import { Router, type Request, type Response } from 'express';
import * as z from 'zod';
import { NO_FAULTS } from '../../../demo/faults.ts';
import { MAX_CROWD, MIN_CROWD } from '../../../demo/crowd.ts';
import { PACES } from '../../../demo/pace.ts';
import type { RunRecorder } from '../../../demo/saved-run.ts';
import { type ReplayState, USUAL_SEED } from '../runs/run-routes.ts';
import { CROWD_PERSONAS } from '../../../demo/personas.ts';
import { authorOf } from '../../auth/principal.ts';
import { parseBody } from '../../input/parse.ts';
import { nonceOf } from '../../middleware/security-headers.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { sendJson } from '../../middleware/send-json.ts';
import { apiEndpoint } from '../../problems/error-handler.ts';
import { Problem } from '../../problems/problem.ts';
import type { DemoAccess } from '../demo-access.ts';
import type { DemoDeps } from '../demo-deps.ts';
import { createRenderDemo, floorFrame } from '../demo-views.ts';
import { ownOrigin } from '../own-origin.ts';
import { type PlaylistReleases, releaseView } from '../playlist-release.ts';
import { floorPage, siteAddress } from './floor-page.ts';
import type { FloorStream } from './floor-stream.ts';

const number = (min: number, max: number) =>
  z
    .string('expected a number')
    .regex(/^\d{1,9}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `expected a whole number from ${min} to ${max}`);

const crowdForm = z.discriminatedUnion(
  'action',
  [
    z.object({ action: z.enum(['start', 'resize']), size: number(MIN_CROWD, MAX_CROWD) }),
    z.object({ action: z.literal('stop') }),
  ],
  'expected start, resize or stop',
);

const faultsForm = z.object({
  errorPercent: number(0, 100).default(0),
  latencyMs: number(0, 10_000).default(0),
  wrongOrder: z.literal('on').optional(),
});

const paceForm = z.object({
  pace: z
    .enum(['0', '1', '60', '3600'], 'expected 0, 1, 60 or 3600')
    .transform(Number)
    .pipe(z.literal(PACES)),
});

const releaseForm = z.object({ action: z.enum(['start', 'rollback'], 'expected start or rollback') });

/** `/floor`: a crowd on the real engine, the faults, and the release that takes them back. */
export function createFloorRoutes(
  deps: DemoDeps,
  access: DemoAccess,
  {
    releases,
    stream,
    recorder,
    replayState,
  }: {
    readonly releases: PlaylistReleases;
    readonly stream: FloorStream;
    readonly recorder: RunRecorder;
    readonly replayState: () => ReplayState;
  },
): Router {
  const { crowd, served, faults, stopwatch, flags } = deps;
  const render = createRenderDemo();
  const router = Router();

  const show = async (res: Response, status = 200, alert?: string): Promise<void> => {
    const latest = await releases.latest();
    const page = floorPage({
      crowd,
      counts: served.count(crowd.seats()),
      release: latest && releaseView(latest),
      faults: faults.current(),
      stopwatch: stopwatch.reading(),
      flagsFrom: flags.status().detail,
      pace: deps.pace.current(),
      replay: replayState(),
      canSave: recorder.startedAt() !== undefined,
    });
    const frame = floorFrame(deps.assets, nonceOf(res));
    const html = render('floor', {
      frame,
      csrf: await deps.csrf.token(res),
      events: '/floor/events',
      alert,
      ...page,
    });
    res.status(status).type('html').send(html);
  };

  router.get('/', ...access.view, (_req, res) => show(res));
  router.get('/events', apiEndpoint, ...access.view, (req, res) => stream.open(req, res));

  router.get('/listeners/:seat', apiEndpoint, ...access.view, async (req: Request<{ seat: string }>, res) => {
    const seat = crowd.seats()[Number(req.params.seat)];
    const persona = CROWD_PERSONAS[seat?.persona ?? -1];
    if (seat === undefined || persona === undefined)
      throw new Problem(404, 'not_found', 'There is no listener on this seat.');
    const { because, place } = await deps.explain(seat.key, persona);
    sendJson(res, 200, {
      key: seat.key,
      persona: persona.name,
      answer: seat.answer ?? null,
      failed: seat.hasFailed,
      source: seat.source ?? null,
      because,
      bucket: place === undefined ? null : place.number,
      href: siteAddress(seat),
    });
  });

  router.post('/crowd', ...access.change, async (req, res) => {
    const form = parseBody(crowdForm, req.body);
    recorder.note(form.action === 'stop' ? { do: 'leave' } : { do: 'crowd', size: form.size });
    if (form.action === 'stop') await crowd.stop();
    else if (form.action === 'resize' && crowd.run() !== undefined) crowd.resize(form.size);
    else await crowd.start({ origin: ownOrigin(req), size: form.size, seed: USUAL_SEED });
    res.redirect(303, '/floor');
  });

  router.post('/faults', ...access.change, (req, res) => {
    const { errorPercent, latencyMs, wrongOrder } = parseBody(faultsForm, req.body);
    const broken = { errorRate: errorPercent / 100, latencyMs, wrongOrder: wrongOrder === 'on' };
    recorder.note({ do: 'faults', faults: broken });
    faults.set({ ...NO_FAULTS, ...broken });
    res.redirect(303, '/floor');
  });

  router.post('/release', ...access.change, async (req, res) => {
    const { action } = parseBody(releaseForm, req.body);
    const author = authorOf(req, res, 'dashboard');
    recorder.note({ do: action === 'start' ? 'release' : 'rollback' });
    if (action === 'rollback') await releases.rollBack(author);
    const started = action === 'start' ? await releases.start(author) : undefined;
    if (started?.outcome === 'refused') await show(res, 409, started.text);
    else res.redirect(303, '/floor');
  });

  router.post('/pace', ...access.change, (req, res) => {
    deps.pace.set(parseBody(paceForm, req.body).pace);
    stream.changed();
    res.redirect(303, '/floor');
  });

  for (const path of ['/', '/events', '/listeners/:seat']) router.all(path, onlyMethods('GET'));
  for (const path of ['/crowd', '/faults', '/release', '/pace']) router.all(path, onlyMethods('POST'));
  return router;
}
