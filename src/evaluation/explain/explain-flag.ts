import type { CompiledFlag } from '../compile/flag.ts';
import { compilePlan, type FlagPlan } from '../compile/plan.ts';
import type { Workshop } from '../compile/workshop.ts';
import { askPrerequisite, judge, type PrerequisiteNode } from '../compile/prerequisites.ts';
import type { RuleNode } from '../compile/rule.ts';
import { BAD, Chain, NO, YES, type EvaluationState, type FlagChain } from '../compile/state.ts';
import { findTarget, type TargetGroup } from '../compile/targets.ts';
import { keyOfKind, kindsOf, type CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import type { Explanation } from '../evaluator.ts';
import { isRecord } from '../json.ts';
import { MALFORMED } from '../outcome.ts';
import { show } from '../show.ts';
import { explainClauses } from './explain-clause.ts';
import { explainServe } from './explain-serve.ts';
import { Trace } from './trace.ts';
import { showValue } from './words.ts';

/** An answer that was there before any flag was looked at. */
export function explainFailure(detail: EvaluationDetail, summary: string): Explanation {
  const data = { reason: detail.reason };
  return { detail, summary, steps: [{ kind: 'outcome', depth: 0, matched: false, text: summary, data }] };
}

/**
 * Walks through a flag's plan as its evaluation does, asking the same matchers in the same order, and writes down what
 * each said. The plan is made for the occasion: an evaluation keeps only what it asks.
 */
export function explainFlag(
  flag: CompiledFlag,
  context: CheckedContext,
  state: EvaluationState,
  workshop: Workshop,
): Explanation {
  const trace = new Trace(context, state, workshop);
  trace.isNews(flag, 0);
  const found = walkFlag(flag, trace, 0, undefined);
  const { status } = state;
  const detail: EvaluationDetail =
    status === undefined ? found : { ...found, reason: { ...found.reason, bigSegmentsStatus: status } };
  const summary = `Flag ${show(flag.key)} serves ${answer(detail)}, because ${because(detail)}.`;
  const data = { value: detail.value, variationIndex: detail.variationIndex, reason: detail.reason };
  return { detail, summary, steps: trace.close(detail.variationIndex !== null, summary, data) };
}

function answer({ value, variationIndex }: EvaluationDetail): string {
  return variationIndex === null ? 'the default' : `${showValue(value)} (variation ${variationIndex})`;
}

function because({ reason }: EvaluationDetail): string {
  switch (reason.kind) {
    case 'OFF':
      return 'it is off';
    case 'TARGET_MATCH':
      return 'the context is targeted by its key';
    case 'FALLTHROUGH':
      return `no target and no rule matched${part(reason.inExperiment)}`;
    case 'RULE_MATCH':
      return `rule ${reason.ruleIndex} matched${part(reason.inExperiment)}`;
    case 'PREREQUISITE_FAILED':
      return `its prerequisite ${show(reason.prerequisiteKey)} is not met`;
    case 'ERROR':
      return 'the flag, or something that it asks, is malformed';
  }
}

const part = (inExperiment: true | undefined): string => (inExperiment ? ', as part of an experiment' : '');

function walkFlag(
  flag: CompiledFlag,
  trace: Trace,
  depth: number,
  chain: FlagChain | undefined,
): EvaluationDetail {
  const name = `Flag ${show(flag.key)}`;
  const data = { flag: flag.key };
  if (!isRecord(flag.definition)) {
    trace.step('flag', depth, false, `${name} is not even an object.`, data);
    return MALFORMED;
  }
  const plan = compilePlan(flag.key, flag.definition, trace.workshop);
  trace.step('flag', depth, plan.on, `${name} is ${plan.on ? 'on' : 'off'}.`, data);
  const way = chain ?? new Chain();
  if (!plan.on) {
    return plan.off;
  }
  way.enter(flag);
  const detail = walkPlan(plan, trace, depth + 1, way);
  way.leave(flag);
  return detail;
}

function walkPlan(plan: FlagPlan, trace: Trace, depth: number, chain: FlagChain): EvaluationDetail {
  const { prerequisites, targets, rules } = plan;
  if (prerequisites === undefined) {
    return broken('prerequisites', 'prerequisite', trace, depth);
  }
  const unmet = walkPrerequisites(prerequisites, trace, depth, chain);
  if (unmet !== undefined) {
    return unmet;
  }
  if (targets === undefined) {
    return broken('targets', 'target', trace, depth);
  }
  const target = walkTargets(targets, trace, depth);
  if (target !== undefined) {
    return target;
  }
  if (rules === undefined) {
    return broken('rules', 'rule', trace, depth);
  }
  return walkRules(rules, trace, depth) ?? walkFallthrough(plan, trace, depth);
}

function broken(
  name: string,
  kind: 'prerequisite' | 'target' | 'rule',
  trace: Trace,
  depth: number,
): EvaluationDetail {
  trace.step(kind, depth, false, `The ${name} are malformed: they are no list.`);
  return MALFORMED;
}

function walkPrerequisites(
  prerequisites: readonly PrerequisiteNode[],
  trace: Trace,
  depth: number,
  chain: FlagChain,
): EvaluationDetail | undefined {
  for (const prerequisite of prerequisites) {
    const { key, variation, failed } = prerequisite;
    const detail = askPrerequisite(prerequisite, trace.context, trace.state, chain);
    const unmet = detail === undefined ? failed : judge(prerequisite, detail);
    const data = { flag: key, variation, served: detail?.variationIndex };
    trace.step(
      'prerequisite',
      depth,
      unmet === undefined,
      prerequisiteText(prerequisite, detail, unmet),
      data,
    );
    tellPrerequisite(key, trace, depth + 1, chain);
    if (unmet !== undefined) {
      return unmet;
    }
  }
  return undefined;
}

function prerequisiteText(
  { key, variation }: PrerequisiteNode,
  detail: EvaluationDetail | undefined,
  unmet: EvaluationDetail | undefined,
): string {
  const wanted = `Prerequisite ${show(key)} must serve variation ${show(variation)}`;
  if (detail === undefined) {
    return `${wanted}, but there is no such flag.`;
  }
  if (detail.reason.kind === 'ERROR') {
    return `${wanted}, but it is malformed or leads back here, so the whole flag is malformed.`;
  }
  if (detail.reason.kind === 'OFF') {
    return `${wanted}, but it is off.`;
  }
  return `${wanted} and serves ${show(detail.variationIndex)}, so it is ${unmet === undefined ? '' : 'not '}met.`;
}

/** How the prerequisite came to its answer. */
function tellPrerequisite(key: string, trace: Trace, depth: number, chain: FlagChain): void {
  const flag = trace.state.links.flags.get(key);
  if (flag !== undefined && trace.isNews(flag, depth)) {
    walkFlag(flag, trace, depth, chain);
  }
}

function walkTargets(
  targets: readonly TargetGroup[],
  trace: Trace,
  depth: number,
): EvaluationDetail | undefined {
  const detail = findTarget(targets, trace.context);
  const keys = kindsOf(trace.context)
    .map((kind) => `${kind} ${show(keyOfKind(trace.context, kind))}`)
    .join(', ');
  if (detail !== undefined) {
    const text =
      detail === MALFORMED
        ? 'A target is malformed.'
        : `${keys}: a key is listed for variation ${show(detail.variationIndex)}.`;
    trace.step('target', depth, detail !== MALFORMED, text, { variation: detail.variationIndex });
  } else if (targets.length > 0) {
    trace.step('target', depth, false, `No target lists ${keys}.`);
  }
  return detail;
}

function walkRules(rules: readonly RuleNode[], trace: Trace, depth: number): EvaluationDetail | undefined {
  for (const rule of rules) {
    const verdict = rule.match(trace.context, trace.state, undefined);
    trace.step('rule', depth, verdict === YES, ruleText(rule, verdict), { ...rule.reason });
    explainClauses(rule.clauses, trace, depth + 1, undefined);
    if (verdict !== NO) {
      return verdict === BAD ? MALFORMED : explainServe(rule.serve, trace, depth + 1);
    }
  }
  return undefined;
}

function ruleText({ reason, clauses }: RuleNode, verdict: typeof NO | typeof YES | typeof BAD): string {
  const index = reason.ruleIndex;
  if (verdict === BAD) {
    return `Rule ${index} is malformed.`;
  }
  if (clauses.length === 0) {
    return verdict === YES
      ? `Rule ${index} has no clauses, so it matches everybody.`
      : `Rule ${index} has no list of clauses, so it matches nobody.`;
  }
  return `Rule ${index} ${verdict === YES ? 'matches' : 'does not match'}.`;
}

function walkFallthrough(plan: FlagPlan, trace: Trace, depth: number): EvaluationDetail {
  trace.step('rule', depth, true, 'No target and no rule matched, so the default rule decides.');
  return explainServe(plan.fallthrough, trace, depth + 1);
}
