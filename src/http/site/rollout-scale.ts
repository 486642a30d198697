import type { RolloutPlace } from '../../flags/rollout-place.ts';

/** A line of a hundred listeners: how many have the full crate, and where this one stands. */
export interface RolloutScale {
  /** For those who do not see it. */
  readonly text: string;
  /** 0–100. */
  readonly share: number;
  /** The middle of the listener's place, 0.5–99.5. */
  readonly tick: number;
}

export const rolloutScale = ({ number, percentage }: RolloutPlace): RolloutScale => ({
  text: `The full crate is at ${percentage} %; you are number ${number} of 100.`,
  share: percentage,
  tick: number - 0.5,
});
