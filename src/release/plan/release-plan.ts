import { parseDuration } from './duration.ts';
import { compileFreeze, type IsFrozen } from './freeze.ts';
import type { GuardMetric } from '../guard/guard-metric.ts';
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

/** How much worse than control the new variation may be. */
export type Margin =
  /** A part of control's rate: 0.2 allows a fifth more. */
  | { readonly kind: 'relative'; readonly part: number }
  /** Points as a fraction: 0.02 allows two listeners in a hundred more, within this time of their first page of a stage. */
  | { readonly kind: 'absolute'; readonly points: number; readonly withinMs: number };

export interface Guard {
  readonly metric: GuardMetric;
  readonly margin: Margin;
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
export const DEFAULT_WITHIN = '1m';

/**
 * @param createdAt epoch milliseconds: what `now` means
 * @param metrics of the guards, in their order
 */
export function compilePlan(
  document: PlanDocument,
  createdAt: number,
  metrics: readonly GuardMetric[],
): ReleasePlan {
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
    guards: (document.guards ?? []).flatMap((guard, index) => {
      const metric = metrics[index];
      return metric === undefined ? [] : [guardOf(guard, metric)];
    }),
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

function guardOf({ margin, action, minimumListeners }: GuardDocument, metric: GuardMetric): Guard {
  return {
    metric,
    margin: marginOf(margin, metric),
    action: action ?? 'rollback',
    minimumListeners: minimumListeners ?? DEFAULT_MINIMUM_LISTENERS,
  };
}

function marginOf(
  margin: NonNullable<GuardDocument['margin']> = { relative: 0 },
  { withinMs }: GuardMetric,
): Margin {
  if ('relative' in margin) return { kind: 'relative', part: margin.relative };
  const { absolute: points, within } = margin;
  return {
    kind: 'absolute',
    points,
    withinMs: within === undefined ? (withinMs ?? parseDuration(DEFAULT_WITHIN)) : parseDuration(within),
  };
}
