import { Router } from 'express';
import { isFaulty, type Faults } from '../../demo/faults.ts';
import { DEFAULT_ENVIRONMENT } from '../../store/store.ts';
import { createDemoAccess, redirectToLogin } from './demo-access.ts';
import type { DemoDeps } from './demo-deps.ts';
import { createFloorRoutes } from './floor/floor-routes.ts';
import { createFloorStream } from './floor/floor-stream.ts';
import { createPlaylistReleases, type PlaylistReleases } from './playlist-release.ts';
import { createAnswersRoutes } from './answers/answers-routes.ts';
import { createAudienceRoutes } from './audience/audience-routes.ts';
import { createRunRoutes } from './runs/run-routes.ts';
import { createRunRecorder } from '../../demo/saved-run.ts';
import { createOwnKeys } from './own-keys.ts';
import { createWalk } from './walkthrough/walk.ts';
import { createWalkthroughRoutes } from './walkthrough/walkthrough-routes.ts';

export interface Demo {
  /** Serves `/floor…` and `/walkthrough…`; stands at the root, behind `securityHeaders`. */
  readonly router: Router;
  /** Sends the crowd home; the hub ends the streams. */
  close(): Promise<void>;
}

/** The pages of a talk. They are there in demo mode only. */
export function createDemo(deps: DemoDeps): Demo {
  const { crowd, faults, flags, store, stopwatch, log } = deps;
  const access = createDemoAccess(deps);
  const releases = createPlaylistReleases(deps);
  const stream = createFloorStream(deps);
  const keys = createOwnKeys(deps);
  const answers = createAnswersRoutes(deps, access, keys);
  const recorder = createRunRecorder(deps.now);
  const changed = (): void => stream.changed();
  const runs = createRunRoutes(deps, access, { releases, recorder, changed });
  const replayState = () => runs.replayState();
  const walk = createWalk(deps, releases, keys);

  const unsubscribe = [
    walk.subscribe(() => stream.changed()),
    faults.subscribe((current) => {
      followFaults(current, stopwatch);
      stream.changed();
    }),
    // As pages do whose stream tells them of another version.
    flags.onChange(() => {
      crowd.lookAgain();
      stream.changed();
    }),
    store.subscribe(({ environment: { project, environment } }) => {
      if (project !== DEFAULT_ENVIRONMENT.project || environment !== DEFAULT_ENVIRONMENT.environment) return;
      stream.changed();
      stopAtRollback(releases, stopwatch).catch((error: unknown) =>
        log.error({ err: error }, 'the release of the talk could not be read'),
      );
    }),
  ];

  const router = Router();
  router.use('/floor/run', runs.router, redirectToLogin);
  router.use('/floor/answers', answers.router, redirectToLogin);
  router.use(
    '/floor',
    createFloorRoutes(deps, access, { releases, stream, recorder, replayState }),
    redirectToLogin,
  );
  router.use('/walkthrough/audience', createAudienceRoutes(deps, access), redirectToLogin);
  router.use('/walkthrough', createWalkthroughRoutes(deps, access, { walk, releases }), redirectToLogin);
  return {
    router,
    async close() {
      for (const each of unsubscribe) each();
      stream.close();
      await runs.close();
      await deps.audience.close();
      await walk.close();
      await answers.close();
      await crowd.stop();
    },
  };
}

function followFaults(faults: Faults, stopwatch: DemoDeps['stopwatch']): void {
  if (isFaulty(faults)) stopwatch.broken();
  else if (stopwatch.isRunning()) stopwatch.reset();
}

/** A rollback changes the flag in the transaction that decides it. */
async function stopAtRollback(releases: PlaylistReleases, stopwatch: DemoDeps['stopwatch']): Promise<void> {
  if (!stopwatch.isRunning()) return;
  const { brokenAt = 0 } = stopwatch.reading();
  const { release } = (await releases.latest()) ?? {};
  const isSince = (release?.finishedAt ?? 0) >= brokenAt;
  if (release?.state.state === 'rolled-back' && isSince) stopwatch.rolledBack(release.state.sentence);
}
