export const RELEASE_STATES = [
  'scheduled',
  'running',
  'holding',
  'awaiting-approval',
  'paused',
  'rolled-back',
  'completed',
  'inconclusive',
  'stopped',
] as const;
export type ReleaseStateName = (typeof RELEASE_STATES)[number];

/** Why a stage whose time is over is not followed by the next. */
export type Blocker = 'freeze' | 'too-few' | 'silent' | 'unreadable';

/** Where a release is. Everything that the next decision needs besides the plan and what is observed. */
export interface ReleaseState {
  readonly state: ReleaseStateName;
  /** Index into the plan's stages; -1 before the first. */
  readonly stage: number;
  /** Of the new variation, as the release serves it, in thousandths of a percent. */
  readonly share: number;
  /** How long this stage has been watched. Time in which no runner watched does not count. */
  readonly heldMs: number;
  /** When the stage began, in epoch milliseconds; null before the first. */
  readonly stageSince: number | null;
  /** The highest stage that somebody has approved; -1: none. */
  readonly approvedStage: number;
  readonly blockedBy: Blocker | null;
  /** Metrics whose guards have tripped; they stay tripped. */
  readonly tripped: readonly string[];
  /** Of those, the ones that somebody saw and resumed after. */
  readonly accepted: readonly string[];
  /** Whether SDKs reported the rule's evaluations before the release; put back at the end. */
  readonly trackedBefore: boolean;
  /** The flag's version that serves `share`; an older one is seen where news of the change has not arrived. */
  readonly servedVersion: number;
  /** Why it is as it is, in one sentence. */
  readonly sentence: string;
}

export const NOT_STARTED: Omit<ReleaseState, 'sentence'> = {
  state: 'scheduled',
  stage: -1,
  share: 0,
  heldMs: 0,
  stageSince: null,
  approvedStage: -1,
  blockedBy: null,
  tripped: [],
  accepted: [],
  trackedBefore: false,
  servedVersion: 0,
};

/** Nothing follows by itself. */
export const isOver = ({ state }: Pick<ReleaseState, 'state'>): boolean => {
  switch (state) {
    case 'rolled-back':
    case 'completed':
    case 'inconclusive':
    case 'stopped':
      return true;
    case 'scheduled':
    case 'running':
    case 'holding':
    case 'awaiting-approval':
    case 'paused':
      return false;
    default:
      return state satisfies never;
  }
};
