import type { Logger } from '../../shared/logger.ts';
import { StoreUnavailableError } from '../../store/store.ts';
import { type Lease, LeaseLostError } from './lease.ts';
import type { ReleaseEngine } from './release-engine.ts';
import type { Releases } from './releases.ts';

export interface ReleaseRunnerDeps {
  readonly releases: Pick<Releases, 'underWay' | 'checkpoint'>;
  readonly engine: Pick<ReleaseEngine, 'step'>;
  readonly lease: Lease;
  /** Milliseconds, by a clock that does not jump. */
  readonly clock: () => number;
  readonly log: Logger;
  /** How many times faster than that clock the time of stages passes: for talks. Default: 1. */
  readonly pace?: () => number;
  /** How often to look while a release is under way. Default 250 ms. */
  readonly everyMs?: number;
}

export interface ReleaseRunner {
  /** Decides what is to be decided now. Never rejects. */
  tick(): Promise<void>;
  /** News has come: looks at once, instead of at the next time. */
  wake(): void;
  /** Whether this instance carries a release out. */
  isWatching(): boolean;
  start(): void;
  /** Finishes what is under way, and leaves the releases to others. */
  stop(): Promise<void>;
}

/** Longer between two looks, and nothing watched: the machine slept, or the process was stopped. */
const MAX_GAP_MS = 5_000;
const CHECKPOINT_MS = 5_000;

/**
 * Carries releases out, one instance at a time. A stage's time is what a runner has watched, by a clock that cannot
 * jump: after a restart, a pause of the machine or a clock set forward a release goes on where it was.
 */
export function createReleaseRunner({
  releases,
  engine,
  lease,
  clock,
  log,
  pace = () => 1,
  everyMs = 250,
}: ReleaseRunnerDeps): ReleaseRunner {
  const watch = new Map<string, { lookedAt: number; unkeptMs: number }>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let isAskedAgain = false;
  let stopped = false;

  const look = async (): Promise<void> => {
    const ids = await releases.underWay();
    for (const id of watch.keys()) if (!ids.includes(id)) watch.delete(id);
    if (ids.length === 0) return;
    if (!(await lease.hold())) {
      watch.clear();
      return;
    }
    for (const id of ids) {
      try {
        await carryOn(id);
      } catch (error) {
        report(error, id);
      }
    }
  };

  const carryOn = async (id: string): Promise<void> => {
    const lookedAt = clock();
    const last = watch.get(id) ?? { lookedAt, unkeptMs: 0 };
    const gap = lookedAt - last.lookedAt;
    const unkeptMs = last.unkeptMs + (gap <= MAX_GAP_MS ? gap * pace() : 0);
    const stepped = await engine.step(id, unkeptMs, (db) => lease.check(db));
    if (stepped === undefined) return;
    const { release, decided } = stepped;
    const isKept = decided || (unkeptMs >= CHECKPOINT_MS && (await keep(release, release.state.heldMs)));
    watch.set(id, { lookedAt, unkeptMs: isKept ? 0 : unkeptMs });
    if (decided)
      log.info(
        { release: id, state: release.state.state, stage: release.state.stage },
        release.state.sentence,
      );
  };

  const keep = async (release: Parameters<Releases['checkpoint']>[0], heldMs: number): Promise<true> => {
    await releases.checkpoint(release, heldMs);
    return true;
  };

  /** The database is away, or another instance took over: the next look tries again. */
  const report = (error: unknown, release?: string): void => {
    if (error instanceof LeaseLostError) watch.clear();
    else if (!(error instanceof StoreUnavailableError))
      log.error({ err: error, release }, 'a release could not be carried on');
  };

  const runner: ReleaseRunner = {
    tick() {
      looking ??= (async () => {
        do {
          isAskedAgain = false;
          await look().catch(report);
        } while (isAskedAgain);
      })().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    wake() {
      if (stopped || timer === undefined) return;
      isAskedAgain = true;
      void runner.tick();
    },
    isWatching: () => watch.size > 0,
    start() {
      timer ??= setInterval(() => void runner.tick(), everyMs);
      timer.unref();
    },
    async stop() {
      stopped = true;
      isAskedAgain = false;
      clearInterval(timer);
      timer = undefined;
      await looking;
      await lease.release().catch(report);
    },
  };
  return runner;
}
