import { keyOfKind } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { MALFORMED } from '../make-detail.ts';
import { resolveOutcome, type Answer, type Run } from './outcome.ts';
import type { CompiledFlag } from './flag.ts';
import type { FlagPlan } from './plan.ts';
import { checkPrerequisites } from './prerequisites.ts';
import { rulesOutcome } from './rules-outcome.ts';
import { outcomeOf } from './variation-or-rollout.ts';
import { findTarget, type TargetGroup } from './targets.ts';
import type { CompileCache } from './compile-cache.ts';

/**
 * Makes one function of a plan. It holds on to what it asks and nothing more: what an explanation needs besides would
 * only be in the way. Each part goes on to the next, and one that is malformed ends it for whoever comes so far.
 */
export function planOutcome(plan: FlagPlan, flag: CompiledFlag, cache: CompileCache): Answer {
  const { prerequisites, targets, rules } = plan;
  if (!plan.on) {
    return plan.off;
  }
  if (prerequisites === undefined) {
    return MALFORMED;
  }
  const withRules = rules === undefined ? MALFORMED : rulesOutcome(rules, outcomeOf(plan.fallthrough), cache);
  const withTargets = targets === undefined ? MALFORMED : afterTargets(targets, withRules);
  return prerequisites.length === 0
    ? withTargets
    : (context, state, chain) =>
        checkPrerequisites(prerequisites, flag, context, state, chain) ??
        resolveOutcome(withTargets, context, state, chain);
}

function afterTargets(targets: readonly TargetGroup[], goOn: Answer): Answer {
  const [only] = targets;
  if (only === undefined) {
    return goOn;
  }
  if (targets.length === 1 && only.contextKind === 'user' && only.details !== undefined) {
    return afterUsers(only.details, goOn);
  }
  return (context, state, chain) =>
    findTarget(targets, context) ?? resolveOutcome(goOn, context, state, chain);
}

/** Nearly all targets are users, and nearly all contexts are one. */
function afterUsers(details: ReadonlyMap<unknown, EvaluationDetail>, goOn: Answer): Run {
  return (context, state, chain) => {
    const key = context.kind === 'user' ? context.key : keyOfKind(context, 'user');
    return details.get(key) ?? resolveOutcome(goOn, context, state, chain);
  };
}
