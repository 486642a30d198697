import { NO_FAULTS } from '../../../demo/faults.ts';
import { connectSite } from '../../../demo/site-client.ts';
import type { Flag } from '../../../evaluation/model.ts';
import { createEmitter } from '../../../shared/emitter.ts';
import { createPeriodicTask } from '../../../shared/periodic-task.ts';
import { type Author, DEFAULT_ENVIRONMENT } from '../../../store/store.ts';
import { PLAYLIST_FLAG } from '../../html/playlist-flag.ts';
import type { DemoDeps } from '../demo-deps.ts';
import type { OwnKeys } from '../own-keys.ts';
import type { PlaylistReleases } from '../playlist-release.ts';
import { createPublicApi, type PublicApiConnection } from './public-api.ts';
import { RELEASE_STEPS } from './release-steps.ts';
import { TARGETING_STEPS } from './targeting-steps.ts';
import type { Proof, Talk, WalkMemory, WalkStep } from './walk-step.ts';

/** Eight of them, in the order of the story; each can be taken alone. */
export const WALK_STEPS: readonly WalkStep[] = [...TARGETING_STEPS, ...RELEASE_STEPS];

export interface StepState {
  /** `proving`: its action was carried out, and its proof is still to come. */
  readonly status: 'open' | 'proving' | 'proven' | 'skipped';
  /** As they were when they were looked at last. */
  readonly proofs: readonly Proof[];
}

export interface WalkState {
  /** Index of the step that every window shows. */
  readonly current: number;
  /** Epoch milliseconds; undefined: nothing was done yet. */
  readonly startedAt: number | undefined;
  readonly steps: readonly StepState[];
}

/** A presenter, and the address of this process as they reached it. */
export interface Presenter {
  readonly author: Author;
  readonly origin: string;
}

/** The walkthrough as far as it is. It is of this process, so that every window shows the same. */
export interface Walk {
  state(): WalkState;
  show(step: number): void;
  /** Carries the step's action out. @returns why not; undefined: it is done */
  run(step: number, presenter: Presenter): Promise<string | undefined>;
  skip(step: number): void;
  /** Puts the flag back to what it was before the step, and ends what the step began. */
  reset(step: number, presenter: Presenter): Promise<void>;
  /** The same of all steps. */
  resetAll(presenter: Presenter): Promise<void>;
  subscribe(listener: () => void): () => void;
  close(): Promise<void>;
}

/** The site's flag is not there to be changed. */
class FlagGoneError extends Error {
  override readonly name = 'FlagGoneError';
}

const OPEN: StepState = { status: 'open', proofs: [] };
const PROVE_EVERY_MS = 400;
const TALK_CROWD = { size: 300, seed: 7 };

export function createWalk(
  deps: Pick<DemoDeps, 'store' | 'crowd' | 'faults' | 'stopwatch' | 'experiments' | 'now' | 'log'>,
  releases: PlaylistReleases,
  ownKeys: Pick<OwnKeys, 'token'>,
): Walk {
  const { store, crowd, faults, stopwatch, experiments, now, log } = deps;
  const changes = createEmitter<void>((error) =>
    log.error({ err: error }, 'a walkthrough could not be shown'),
  );
  let state: WalkState = { current: 0, startedAt: undefined, steps: WALK_STEPS.map(() => OPEN) };
  /** The flag before the first action of all, and before the first of each step. */
  let original: Flag | undefined;
  let before: readonly (Flag | undefined)[] = [];
  let memory: WalkMemory = { early: [], releaseId: undefined, experimentId: undefined };
  let api: PublicApiConnection | undefined;
  let talk: Talk | undefined;

  const set = (next: Partial<WalkState>): void => {
    state = { ...state, ...next };
    changes.emit();
  };
  const setStep = (index: number, step: StepState): void =>
    set({ steps: state.steps.map((each, place) => (place === index ? step : each)) });

  const flagNow = (): Flag | undefined =>
    store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(PLAYLIST_FLAG)?.definition;

  const editFlag: Talk['editFlag'] = async (author, edit) => {
    const outcome = await store.update(
      author,
      { environment: DEFAULT_ENVIRONMENT, kind: 'flag', key: PLAYLIST_FLAG },
      (current) =>
        current === undefined
          ? { outcome: 'refused', refusal: undefined }
          : { outcome: 'edited', draft: { definition: edit(current.definition) } },
    );
    if (outcome.outcome === 'refused') throw new FlagGoneError(`There is no flag ${PLAYLIST_FLAG}.`);
  };

  const begin = async ({ author, origin }: Presenter): Promise<Talk> => {
    if (talk !== undefined) return talk;
    api = createPublicApi(connectSite, origin, await ownKeys.token(author));
    talk = {
      api,
      crowd,
      faults,
      releases,
      experiments,
      memory,
      editFlag,
      variationOf: (value) => flagNow()?.variations.indexOf(value) ?? 0,
      ensureCrowd: async () => {
        if (crowd.run() === undefined) await crowd.start({ origin, ...TALK_CROWD });
      },
    };
    return talk;
  };

  /** Looks whether the steps that were carried out show what they should. */
  const prove = async (): Promise<void> => {
    for (const [index, { status }] of state.steps.entries()) {
      const step = WALK_STEPS[index];
      if (status !== 'proving' || step === undefined || talk === undefined) continue;
      try {
        const proofs = await step.prove(talk);
        // It may have been reset meanwhile.
        if (state.steps[index]?.status !== 'proving') continue;
        setStep(index, { status: proofs.every(({ isShown }) => isShown) ? 'proven' : 'proving', proofs });
      } catch (error) {
        log.warn({ err: error, step: index + 1 }, 'the proof of a step could not be looked at');
      }
    }
  };
  const proving = createPeriodicTask(prove, PROVE_EVERY_MS);
  proving.start();

  const endExperiment = async (author: Author): Promise<void> => {
    if (memory.experimentId !== undefined) await experiments.stop(author, memory.experimentId);
    memory.experimentId = undefined;
  };

  return {
    state: () => state,
    show: (current) => set({ current }),
    async run(index, presenter) {
      const step = WALK_STEPS[index];
      const definition = flagNow();
      if (step === undefined || definition === undefined) return `There is no flag ${PLAYLIST_FLAG}.`;
      if (step.keepsRelease !== true) await releases.rollBack(presenter.author);
      original ??= definition;
      before = WALK_STEPS.map((_, place) => before[place] ?? (place === index ? definition : undefined));
      const refusal = await step.run(await begin(presenter), presenter.author);
      if (refusal !== undefined) return refusal;
      set({ current: index, startedAt: state.startedAt ?? now() });
      setStep(index, { status: 'proving', proofs: [] });
      await proving.tick();
      return undefined;
    },
    skip(index) {
      setStep(index, { status: 'skipped', proofs: [] });
      set({ current: Math.min(index + 1, WALK_STEPS.length - 1) });
    },
    async reset(index, { author }) {
      await releases.rollBack(author);
      faults.set(NO_FAULTS);
      const definition = before[index];
      if (definition !== undefined) await editFlag(author, () => definition);
      before = before.map((each, place) => (place === index ? undefined : each));
      if (WALK_STEPS[index] === RELEASE_STEPS[0]) await endExperiment(author);
      setStep(index, OPEN);
    },
    async resetAll({ author }) {
      await releases.rollBack(author);
      faults.set(NO_FAULTS);
      stopwatch.reset();
      await crowd.stop();
      await endExperiment(author);
      const definition = original;
      if (definition !== undefined) await editFlag(author, () => definition);
      original = undefined;
      before = [];
      memory = { early: [], releaseId: undefined, experimentId: undefined };
      await api?.close();
      talk = undefined;
      set({ current: 0, startedAt: undefined, steps: WALK_STEPS.map(() => OPEN) });
    },
    subscribe: (listener) => changes.subscribe(listener),
    async close() {
      await proving.stop();
      await api?.close();
    },
  };
}
