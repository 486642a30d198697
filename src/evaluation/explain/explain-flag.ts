import type { CompiledFlag } from '../compile/flag.ts';
import { compilePlan, type FlagPlan } from '../compile/plan.ts';
import type { CompileCache } from '../compile/compile-cache.ts';
import type { RuleNode } from '../compile/rule.ts';
import { BAD, Chain, NO, YES, type EvaluationState, type FlagChain, type Verdict } from '../compile/state.ts';
import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import type { Explanation } from '../evaluator.ts';
import { isRecord, itemsOf, type JsonRecord } from '../json.ts';
import { MALFORMED } from '../make-detail.ts';
import { show } from '../show.ts';
import { explainClauses } from './explain-clause.ts';
import { explainPrerequisites } from './explain-prerequisites.ts';
import { explainServe, explainMissingVariation } from './explain-variation-or-rollout.ts';
import { explainTargets } from './explain-targets.ts';
import { Trace } from './trace.ts';
import { showValue } from './text.ts';
import { ruleName, ruleTitle } from '../rule-name.ts';

/** The explanation of an evaluation that failed before it reached the flag. */
export function explainFailure(detail: EvaluationDetail, summary: string): Explanation {
  const data = { reason: detail.reason };
  return { detail, summary, steps: [{ kind: 'outcome', depth: 0, matched: false, text: summary, data }] };
}

/**
 * Goes through a flag's plan as an evaluation does, calls the same matchers in the same order, and records each result.
 * The plan is compiled anew, because a compiled flag keeps only what an evaluation needs.
 */
export function explainFlag(
  flag: CompiledFlag,
  context: CheckedContext,
  state: EvaluationState,
  cache: CompileCache,
): Explanation {
  const trace = new Trace(context, state, cache);
  trace.isFirstVisit(flag, 0);
  const found = walkFlag(flag, trace, 0, undefined);
  const { status } = state;
  const detail: EvaluationDetail =
    status === undefined ? found : { ...found, reason: { ...found.reason, bigSegmentsStatus: status } };
  const summary = `Flag ${show(flag.key)} serves ${valueOf(detail)}, because ${because(detail)}.`;
  const data = { value: detail.value, variationIndex: detail.variationIndex, reason: detail.reason };
  return { detail, summary, steps: trace.close(detail.variationIndex !== null, summary, data) };
}

function valueOf({ value, variationIndex }: EvaluationDetail): string {
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
      return `${ruleName(reason.ruleIndex)} matched${part(reason.inExperiment)}`;
    case 'PREREQUISITE_FAILED':
      return `its prerequisite ${show(reason.prerequisiteKey)} is not met`;
    case 'ERROR':
      return 'the flag, or something that it refers to, is malformed';
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
  const { definition } = flag;
  if (!isRecord(definition)) {
    trace.step('flag', depth, false, `${name} is not an object.`, data);
    return MALFORMED;
  }
  const plan = compilePlan(flag.key, definition, trace.cache);
  trace.step('flag', depth, plan.on, `${name} is ${plan.on ? 'on' : 'off'}.`, data);
  const walk: Walk = { plan, definition, trace, depth: depth + 1 };
  if (!plan.on) {
    explainOff(plan.off, walk);
    return plan.off;
  }
  const way = chain ?? new Chain();
  way.enter(flag);
  trace.flags.push(flag.key);
  const detail = walkPlan(walk, way);
  trace.flags.pop();
  way.leave(flag);
  return detail;
}

/** What the steps of one flag share. */
interface Walk {
  readonly plan: FlagPlan;
  readonly definition: JsonRecord;
  readonly trace: Trace;
  readonly depth: number;
}

/** The off variation needs a step only when it is missing. */
function explainOff(off: EvaluationDetail, { definition, trace, depth }: Walk): void {
  explainMissingVariation(off, definition.offVariation, definition.variations, trace, depth);
}

function walkPlan(walk: Walk, chain: FlagChain): EvaluationDetail {
  const { plan, definition, trace, depth } = walk;
  const { prerequisites, targets, rules } = plan;
  if (prerequisites === undefined) {
    return broken('prerequisites', 'prerequisite', trace, depth);
  }
  const unmet = explainPrerequisites(prerequisites, trace, depth, chain, {
    flag: (key, below) => {
      const flag = trace.state.definitions.flags.get(key);
      if (flag !== undefined && trace.isFirstVisit(flag, below)) {
        walkFlag(flag, trace, below, chain);
      }
    },
    off: (detail) => {
      explainOff(detail, walk);
    },
  });
  if (unmet !== undefined) {
    return unmet;
  }
  if (targets === undefined) {
    return broken('targets', 'target', trace, depth);
  }
  const target = explainTargets(targets, definition, trace, depth);
  if (target !== undefined) {
    return target;
  }
  if (rules === undefined) {
    return broken('rules', 'rule', trace, depth);
  }
  return walkRules(rules, walk) ?? walkFallthrough(walk);
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

function walkRules(
  rules: readonly RuleNode[],
  { definition, trace, depth }: Walk,
): EvaluationDetail | undefined {
  for (const [index, rule] of rules.entries()) {
    const verdict = rule.match(trace.context, trace.state, undefined);
    trace.step('rule', depth, verdict === YES, ruleText(rule, verdict), { ...rule.reason });
    explainClauses(rule.clauses, trace, depth + 1, undefined);
    if (verdict !== NO) {
      const serving = { variations: definition.variations, given: itemsOf(definition.rules)[index] };
      return verdict === BAD ? MALFORMED : explainServe(rule.serve, serving, trace, depth + 1);
    }
  }
  return undefined;
}

function ruleText({ reason, clauses }: RuleNode, verdict: Verdict): string {
  const title = ruleTitle(reason.ruleIndex);
  if (verdict === BAD) {
    return `${title} is malformed.`;
  }
  if (clauses.length === 0) {
    return verdict === YES
      ? `${title} has no clauses, so it matches every context.`
      : `${title} has no list of clauses, so it matches no context.`;
  }
  return `${title} ${verdict === YES ? 'matches' : 'does not match'}.`;
}

function walkFallthrough({ plan, definition, trace, depth }: Walk): EvaluationDetail {
  trace.step('rule', depth, true, 'No target and no rule matched, so the default rule applies.');
  const serving = { variations: definition.variations, given: definition.fallthrough };
  return explainServe(plan.fallthrough, serving, trace, depth + 1);
}
