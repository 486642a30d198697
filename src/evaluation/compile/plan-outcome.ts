import { keyOfKind } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { MALFORMED } from '../make-detail.ts';
import type { CompileCache } from './compile-cache.ts';
import type { CompiledFlag } from './flag.ts';
import { resolveOutcome, type Evaluate, type Outcome } from './outcome.ts';
import type { FlagPlan } from './plan.ts';
import { checkPrerequisites } from './prerequisites.ts';
import { rulesOutcome } from './rules-outcome.ts';
import { findTarget, type TargetGroup } from './targets.ts';
import { outcomeOf } from './variation-or-rollout.ts';

/**
 * Joins a plan's parts into one outcome, from the last to the first: each part calls the next. The functions hold what
 * an evaluation reads and nothing else, because with thousands of flags fetching that from memory takes the most time.
 */
export function planOutcome(plan: FlagPlan, flag: CompiledFlag, cache: CompileCache): Outcome {
  const { prerequisites, targets, rules } = plan;
  if (!plan.on) {
    return plan.off;
  }
  if (prerequisites === undefined) {
    return MALFORMED;
  }
  const withRules = rules === undefined ? MALFORMED : rulesOutcome(rules, outcomeOf(plan.fallthrough), cache);
  const withTargets = targets === undefined ? MALFORMED : targetsOutcome(targets, withRules);
  return prerequisites.length === 0
    ? withTargets
    : (context, state, chain) =>
        checkPrerequisites(prerequisites, flag, context, state, chain) ??
        resolveOutcome(withTargets, context, state, chain);
}

function targetsOutcome(targets: readonly TargetGroup[], next: Outcome): Outcome {
  const [only] = targets;
  if (only === undefined) {
    return next;
  }
  if (targets.length === 1 && only.contextKind === 'user' && only.details !== undefined) {
    return userTargetsOutcome(only.details, next);
  }
  return (context, state, chain) =>
    findTarget(targets, context) ?? resolveOutcome(next, context, state, chain);
}

/** Nearly all targets list users, and nearly all contexts are users. */
function userTargetsOutcome(details: ReadonlyMap<unknown, EvaluationDetail>, next: Outcome): Evaluate {
  return (context, state, chain) => {
    const key = context.kind === 'user' ? context.key : keyOfKind(context, 'user');
    return details.get(key) ?? resolveOutcome(next, context, state, chain);
  };
}
