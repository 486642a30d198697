/** Shares are whole numbers of this: the rollout's own unit, a thousandth of a percent. */
export const FULL_SHARE = 100_000;

/**
 * What is known of a listener's bucket when an event of theirs is counted. All listeners of a class were in treatment
 * with the same chance, so totals by class are all that the event guard keeps.
 */
export interface ShareClass {
  /** The treatment's share of the flag version that served the listener, per 100,000. */
  readonly share: number;
  /** The share at which the listener was last counted as control, per 100,000; 0 if never. */
  readonly controlAtShare: number;
}

/** Events by arm of one class. */
export interface ShareClassCounts extends ShareClass {
  readonly treatmentEvents: number;
  readonly controlEvents: number;
}

/** The chance that a listener of this class was in treatment: its bucket is at or above `controlAtShare`. */
export const treatmentProbability = ({ share, controlAtShare }: ShareClass): number =>
  (share - controlAtShare) / (FULL_SHARE - controlAtShare);

const inOrder = (a: ShareClass, b: ShareClass): number =>
  a.share - b.share || a.controlAtShare - b.controlAtShare;

/** Fixed order, so that a replay adds up the same numbers in the same order. */
export const sortClasses = (classes: readonly ShareClassCounts[]): readonly ShareClassCounts[] =>
  classes.toSorted(inOrder);
