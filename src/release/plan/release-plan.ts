import { parseDuration } from './duration.ts';
import { compileFreeze, type IsFrozen } from './freeze.ts';
import type { GuardDocument, PlanDocument } from './plan-document.ts';
import { rampSteps } from './ramp-steps.ts';
import { WHOLE, weightOf } from './share.ts';

export interface Stage {
  /** Of the new variation, in thousandths of a percent. */
  readonly share: number;
  /** How long it is watched before the next stage. */
  readonly holdMs: number;
  readonly needsApproval: boolean;
  readonly kind: 'stage' | 'ramp' | 'holdback';
}

export interface Guard {
  readonly metric: string;
  readonly relativeMargin: number;
  readonly action: 'rollback' | 'pause';
  readonly minimumListeners: number;
}

/** A plan with everything decided that it leaves open. */
export interface ReleasePlan {
  readonly flag: string;
  readonly rule: string;
  readonly from: number;
  readonly to: number;
  /** Epoch milliseconds; null: not before somebody says so. `now` is the time of creation. */
  readonly startAt: number | null;
  readonly stages: readonly Stage[];
  /** What the release leaves when it completes. */
  readonly finalShare: number;
  readonly guards: readonly Guard[];
  readonly isFrozen: IsFrozen;
  readonly alpha: number;
  readonly extendMs: number;
}

export const DEFAULT_RULE = 'default';
export const DEFAULT_ALPHA = 0.01;
export const DEFAULT_MINIMUM_LISTENERS = 30;
const DEFAULT_EXTENSION = '1h';

/** @param createdAt epoch milliseconds: what `now` means */
export function compilePlan(document: PlanDocument, createdAt: number): ReleasePlan {
  const { flag, rule = DEFAULT_RULE, from, to, start = 'now', freeze = [] } = document;
  const course = stagesOf(document);
  return {
    flag,
    rule,
    from,
    to,
    startAt: start === 'now' ? createdAt : start === 'manual' ? null : Date.parse(start),
    stages: withHoldback(course, document),
    finalShare: course.at(-1)?.share ?? 0,
    guards: (document.guards ?? []).map(guardOf),
    isFrozen: compileFreeze(freeze),
    alpha: document.alpha ?? DEFAULT_ALPHA,
    extendMs: parseDuration(document.extendAtMost ?? DEFAULT_EXTENSION),
  };
}

function stagesOf({ stages, ramp, approvals = [] }: PlanDocument): readonly Stage[] {
  const needsApproval = (index: number): boolean => approvals.includes(index);
  if (ramp !== undefined) {
    return rampSteps(ramp).map(({ share, holdMs }, index) => ({
      share,
      holdMs,
      needsApproval: needsApproval(index),
      kind: 'ramp',
    }));
  }
  return (stages ?? []).map(({ share, hold }, index) => ({
    share: weightOf(share),
    holdMs: parseDuration(hold),
    needsApproval: needsApproval(index),
    kind: 'stage',
  }));
}

/** Control is kept until the watch is over: at 95 % treated a guard sees 25 times less than at 10 %. */
function withHoldback(stages: readonly Stage[], { holdback }: PlanDocument): readonly Stage[] {
  if (holdback === undefined) return stages;
  const share = WHOLE - weightOf(holdback.share);
  const kept = stages.filter((stage) => stage.share < share);
  const needsApproval = stages.slice(kept.length).some((stage) => stage.needsApproval);
  return [...kept, { share, holdMs: parseDuration(holdback.watch), needsApproval, kind: 'holdback' }];
}

function guardOf({ metric, margin = { relative: 0 }, action, minimumListeners }: GuardDocument): Guard {
  return {
    metric,
    relativeMargin: margin.relative,
    action: action ?? 'rollback',
    minimumListeners: minimumListeners ?? DEFAULT_MINIMUM_LISTENERS,
  };
}
