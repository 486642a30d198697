import type { GuardJudgement } from '../../release/guard/judge-guard.ts';
import type { ReleaseStateName } from '../../release/machine/release-state.ts';
import type { GuardStatus } from '../../release/run/guard-status.ts';

/** How the state of a release looks: under way, waiting for something, harmed, or over. */
export type ReleaseTone = 'going' | 'waiting' | 'trouble' | 'over';

export const RELEASE_STATE_TEXTS: Readonly<
  Record<ReleaseStateName, { readonly text: string; readonly tone: ReleaseTone }>
> = {
  scheduled: { text: 'Scheduled', tone: 'waiting' },
  running: { text: 'Running', tone: 'going' },
  holding: { text: 'Held', tone: 'waiting' },
  'awaiting-approval': { text: 'Awaits approval', tone: 'waiting' },
  paused: { text: 'Paused', tone: 'waiting' },
  'rolled-back': { text: 'Rolled back', tone: 'trouble' },
  completed: { text: 'Completed', tone: 'over' },
  inconclusive: { text: 'Inconclusive', tone: 'trouble' },
  stopped: { text: 'Stopped', tone: 'over' },
};

export interface GuardView {
  readonly name: string;
  readonly verdict: string;
  readonly isTrouble: boolean;
  readonly sentence: string;
  /** Of the evidence that trips the guard, in percent, on the scale on which evidence adds up. */
  readonly lit: number;
}

export function guardView({ guard, verdict, sentence, judgement }: GuardStatus): GuardView {
  return {
    name: guard.metric.name,
    verdict: VERDICTS[verdict],
    isTrouble: verdict === 'tripped' || verdict === 'unreadable',
    sentence,
    lit: evidenceLit(judgement),
  };
}

const evidenceLit = ({ logE, logThreshold }: GuardJudgement): number =>
  Math.min(100, Math.round((100 * Math.max(0, logE)) / logThreshold));

const VERDICTS: Readonly<Record<GuardStatus['verdict'], string>> = {
  tripped: 'Harm',
  passes: 'No alarm',
  'too-few': 'Too few listeners',
  unreadable: 'Cannot be read',
};
