import type { GuardJudgement } from '../guard/judge-guard.ts';

/** What the rule serves at the moment. */
export type ObservedRule =
  | {
      readonly kind: 'split';
      /** Of the new variation, in thousandths of a percent. */
      readonly share: number;
      readonly isTracked: boolean;
      readonly flagOn: boolean;
      readonly flagVersion: number;
    }
  /** The flag or the rule is gone, or serves other variations. */
  | { readonly kind: 'other'; readonly detail: string };

/** What is seen from outside when a decision is made. */
export interface Observation {
  /** Epoch milliseconds, by the wall clock: for times of the day. */
  readonly now: number;
  /** How long the release was watched since the last observation, by a clock that cannot jump. */
  readonly watchedMs: number;
  readonly rule: ObservedRule;
  readonly isFrozen: boolean;
  /** Of each guard; undefined: the source says nothing that makes sense. */
  readonly judgements: readonly GuardJudgement[] | undefined;
  /** When the newest listener was served, in epoch milliseconds; null: none was. */
  readonly newestAt: number | null;
}

export const COMMANDS = ['start', 'pause', 'resume', 'advance', 'approve', 'rollback', 'stop'] as const;
/** What a person may ask of a release. */
export interface Command {
  readonly kind: (typeof COMMANDS)[number];
  /** Who asks, for the sentence. */
  readonly by: string;
}
