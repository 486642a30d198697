import { Router } from 'express';
import { NO_FAULTS } from '../../../demo/faults.ts';
import {
  replay,
  type RunAction,
  type RunRecorder,
  type SavedRun,
  savedRunSchema,
} from '../../../demo/saved-run.ts';
import type { Author } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { formText } from '../../input/form-field.ts';
import { parseBody } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DemoAccess } from '../demo-access.ts';
import type { DemoDeps } from '../demo-deps.ts';
import { ownOrigin } from '../own-origin.ts';
import type { PlaylistReleases } from '../playlist-release.ts';

/** How a replay went. */
export type ReplayState =
  | { readonly state: 'none' | 'running' }
  | { readonly state: 'over'; readonly expected: readonly string[]; readonly got: readonly string[] };

export interface RunRoutes {
  readonly router: Router;
  replayState(): ReplayState;
  close(): Promise<void>;
}

/** The seed of a crowd that was not told one: the same people every evening. */
export const USUAL_SEED = 7;

/** `/floor/run`: saves what was done on the dance floor as a file, and does it again. */
export function createRunRoutes(
  deps: Pick<DemoDeps, 'crowd' | 'faults' | 'shippedRun' | 'now' | 'log'>,
  access: DemoAccess,
  {
    releases,
    recorder,
    changed,
  }: {
    readonly releases: PlaylistReleases;
    readonly recorder: RunRecorder;
    readonly changed: () => void;
  },
): RunRoutes {
  const { crowd, faults, log, now } = deps;
  const router = Router();
  let state: ReplayState = { state: 'none' };
  let stopping = new AbortController();
  let running: Promise<void> | undefined;

  const carryOut = async (action: RunAction, seed: number, origin: string, author: Author): Promise<void> => {
    switch (action.do) {
      case 'crowd':
        if (crowd.run() === undefined) await crowd.start({ origin, size: action.size, seed });
        else crowd.resize(action.size);
        break;
      case 'faults':
        faults.set({ ...NO_FAULTS, ...action.faults });
        break;
      case 'release':
        await releases.start(author);
        break;
      case 'rollback':
        await releases.rollBack(author);
        break;
      case 'leave':
        await crowd.stop();
        break;
      default:
        action satisfies never;
    }
  };

  const begin = async (run: SavedRun, origin: string, author: Author, signal: AbortSignal): Promise<void> => {
    const since = now();
    await releases.rollBack(author);
    faults.set(NO_FAULTS);
    await crowd.stop();
    const isReleaseUnderWay = async () => (await releases.latest())?.release.finishedAt === null;
    await replay(
      run,
      { carryOut: (action, seed) => carryOut(action, seed, origin, author), isReleaseUnderWay },
      signal,
    );
    state = { state: 'over', expected: run.outcomes, got: await releases.outcomesSince(since) };
    changed();
  };

  router.get('/', ...access.view, async (_req, res) => {
    const startedAt = recorder.startedAt();
    if (startedAt === undefined)
      throw new Problem(404, 'not_found', 'Nothing was done yet: let listeners in first.');
    const run: SavedRun = {
      seed: crowd.run()?.seed ?? USUAL_SEED,
      actions: recorder.actions(),
      outcomes: [...(await releases.outcomesSince(startedAt))],
    };
    res
      .attachment('dj-toggle-run.json')
      .type('json')
      .send(JSON.stringify(run, undefined, 2));
  });

  router.post('/replay', ...access.change, (req, res) => {
    if (state.state === 'running') throw new Problem(409, 'conflict', 'A replay is under way.');
    const given = formText(req.body, 'run') ?? '';
    const run = given.trim() === '' ? deps.shippedRun() : parseBody(savedRunSchema, parseJson(given));
    state = { state: 'running' };
    stopping = new AbortController();
    running = begin(run, ownOrigin(req), authorOf(req, res, 'dashboard'), stopping.signal).catch(
      (error: unknown) => {
        state = { state: 'none' };
        if (!stopping.signal.aborted) log.error({ err: error }, 'the replay ended early');
      },
    );
    changed();
    res.redirect(303, '/floor');
  });

  router.all('/', onlyMethods('GET'));
  router.all('/replay', onlyMethods('POST'));
  return {
    router,
    replayState: () => state,
    async close() {
      stopping.abort();
      await running;
    },
  };
}

/** @throws Problem 422 */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(422, 'invalid_value', 'run: expected the JSON of a saved run.', { cause: error });
  }
}
