import { keyOfKind, type CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { MALFORMED } from '../outcome.ts';
import type { CompiledFlag } from './flag.ts';
import type { FlagPlan } from './plan.ts';
import { checkPrerequisites } from './prerequisites.ts';
import type { RuleNode } from './rule.ts';
import { servedBy, type Served } from './serve.ts';
import { BAD, NO, YES, type EvaluationState, type FlagChain, type Matcher } from './state.ts';
import { findTarget, type TargetGroup } from './targets.ts';

export type Run = (
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
) => EvaluationDetail;

/** One outcome for everybody, where a flag is off or asks nothing; or one that is worked out for each context. */
export type Answer = EvaluationDetail | Run;

export function answerFor(
  answer: Answer,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
): EvaluationDetail {
  return typeof answer === 'function' ? answer(context, state, chain) : answer;
}

/**
 * Makes one function of a plan. It holds on to what it asks and nothing more: what an explanation needs besides would
 * only be in the way. Each part goes on to the next, and one that is malformed ends it for whoever comes so far.
 */
export function answerOfPlan(plan: FlagPlan, flag: CompiledFlag): Answer {
  const { prerequisites, targets, rules } = plan;
  if (!plan.on) {
    return plan.off;
  }
  if (prerequisites === undefined) {
    return MALFORMED;
  }
  const withRules = rules === undefined ? MALFORMED : afterRules(rules, servedBy(plan.fallthrough));
  const withTargets = targets === undefined ? MALFORMED : afterTargets(targets, withRules);
  return prerequisites.length === 0
    ? withTargets
    : (context, state, chain) =>
        checkPrerequisites(prerequisites, flag, context, state, chain) ??
        answerFor(withTargets, context, state, chain);
}

function afterTargets(targets: readonly TargetGroup[], goOn: Answer): Answer {
  const [only] = targets;
  if (only === undefined) {
    return goOn;
  }
  if (targets.length === 1 && only.contextKind === 'user' && only.details !== undefined) {
    return afterUsers(only.details, goOn);
  }
  return (context, state, chain) => findTarget(targets, context) ?? answerFor(goOn, context, state, chain);
}

/** Nearly all targets are users, and nearly all contexts are one. */
function afterUsers(details: ReadonlyMap<unknown, EvaluationDetail>, goOn: Answer): Run {
  return (context, state, chain) => {
    const key = context.kind === 'user' ? context.key : keyOfKind(context, 'user');
    return details.get(key) ?? answerFor(goOn, context, state, chain);
  };
}

/** A rule's clauses in one or two steps, and what it serves. */
interface Branch {
  readonly first: Matcher;
  readonly second: Matcher | undefined;
  readonly served: Served;
}

function branchOf({ steps: [first, second], serve }: RuleNode): Branch {
  return { first, second, served: servedBy(serve) };
}

function afterRules(rules: readonly RuleNode[], fallthrough: Served): Answer {
  const branches = rules.map(branchOf);
  const [only] = branches;
  if (only === undefined) {
    return fallthrough;
  }
  return branches.length === 1 ? afterRule(only, fallthrough) : afterBranches(branches, fallthrough);
}

function afterRule({ first, second, served }: Branch, fallthrough: Served): Run {
  return (context, state) => {
    let verdict = first(context, state, undefined);
    if (verdict === YES && second !== undefined) {
      verdict = second(context, state, undefined);
    }
    if (verdict === BAD) {
      return MALFORMED;
    }
    return resolve(verdict === NO ? fallthrough : served, context);
  };
}

function afterBranches(branches: readonly Branch[], fallthrough: Served): Run {
  return (context, state) => {
    for (const { first, second, served } of branches) {
      let verdict = first(context, state, undefined);
      if (verdict === YES && second !== undefined) {
        verdict = second(context, state, undefined);
      }
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : resolve(served, context);
      }
    }
    return resolve(fallthrough, context);
  };
}

function resolve(served: Served, context: CheckedContext): EvaluationDetail {
  return typeof served === 'function' ? served(context) : served;
}
