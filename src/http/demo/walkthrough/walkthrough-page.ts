import type { StopwatchReading } from '../../../demo/stopwatch.ts';
import type { ReleaseView } from '../playlist-release.ts';
import type { Proof } from './walk-step.ts';
import { type StepState, WALK_STEPS, type WalkState } from './walk.ts';

export interface WalkthroughPage {
  readonly isPresenter: boolean;
  /** This page, to which forms lead back. */
  readonly here: string;
  readonly steps: readonly {
    readonly number: number;
    readonly title: string;
    readonly status: StepState['status'];
    readonly statusText: string;
    readonly isCurrent: boolean;
  }[];
  readonly step: {
    readonly number: number;
    readonly title: string;
    readonly look: string;
    readonly action: string;
    readonly notes: readonly string[];
    readonly status: StepState['status'];
    readonly statusText: string;
    readonly proofs: readonly Proof[];
    readonly next: number | undefined;
    readonly previous: number | undefined;
  };
  /** Epoch milliseconds; undefined: it has not begun. */
  readonly startedAt: number | undefined;
  readonly release: ReleaseView | undefined;
  readonly stopwatch: StopwatchReading;
  /** Of the crowd's dots. */
  readonly personas: readonly string[];
  /** Where the flags come from, in a sentence, and whether that is LaunchDarkly. */
  readonly flagsFrom: string;
  readonly isLaunchDarkly: boolean;
}

export type WalkthroughInput = Pick<
  WalkthroughPage,
  'isPresenter' | 'release' | 'stopwatch' | 'personas' | 'flagsFrom' | 'isLaunchDarkly'
> & { readonly state: WalkState };

const STATUS_TEXTS: Readonly<Record<StepState['status'], string>> = {
  open: 'To come',
  proving: 'Done; looking for its proof',
  proven: 'Shown',
  skipped: 'Skipped',
};

/** @throws RangeError when the state shows a step that there is not */
export function walkthroughPage({ state, ...rest }: WalkthroughInput): WalkthroughPage {
  const { current, startedAt } = state;
  const step = WALK_STEPS[current];
  const stepState = state.steps[current];
  if (step === undefined || stepState === undefined) throw new RangeError(`there is no step ${current + 1}`);
  const { title, look, action, notes } = step;
  const { status, proofs } = stepState;
  return {
    ...rest,
    here: rest.isPresenter ? '/walkthrough/presenter' : '/walkthrough',
    steps: WALK_STEPS.map((each, index) => {
      const { status: ofStep = 'open' } = state.steps[index] ?? {};
      return {
        number: index + 1,
        title: each.title,
        status: ofStep,
        statusText: STATUS_TEXTS[ofStep],
        isCurrent: index === current,
      };
    }),
    step: {
      number: current + 1,
      title,
      look,
      action,
      notes,
      status,
      statusText: STATUS_TEXTS[status],
      proofs,
      next: current + 1 < WALK_STEPS.length ? current + 2 : undefined,
      previous: current > 0 ? current : undefined,
    },
    startedAt,
  };
}
