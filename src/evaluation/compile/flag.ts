import { bucketingNamed } from '../bucketing/bucketings.ts';
import { launchDarkly } from '../bucketing/launchdarkly.ts';
import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail, EvaluationReason } from '../detail.ts';
import { isRecord, listOf, present, type JsonRecord } from '../json.ts';
import type { JsonValue } from '../model.ts';
import { FlagStates } from '../flag-state.ts';
import { MALFORMED, serveOff } from '../outcome.ts';
import { checkPrerequisites, compilePrerequisites, type PrerequisiteNode } from './prerequisites.ts';
import { compileRule, type RuleNode } from './rule.ts';
import { compileServe, serveWith, type Serve, type ServeInput, type ServeNode } from './serve.ts';
import { BAD, NO, type EvaluationState, type FlagChain } from './state.ts';
import { compileTargets, findTarget, type TargetGroup } from './targets.ts';
import type { Workshop } from './workshop.ts';

export type Run = (
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
) => EvaluationDetail;

/** A flag's parts in the order in which they are asked. `undefined` stands for a part that is malformed. */
export interface FlagPlan {
  readonly on: boolean;
  readonly off: EvaluationDetail;
  readonly prerequisites: readonly PrerequisiteNode[] | undefined;
  readonly targets: readonly TargetGroup[] | undefined;
  readonly rules: readonly RuleNode[] | undefined;
  readonly fallthrough: ServeNode;
}

export interface CompiledFlag {
  readonly key: string;
  readonly run: Run;
  /** `undefined` when the definition is no object. */
  readonly plan: FlagPlan | undefined;
  /** It asks other flags. */
  readonly nests: boolean;
  readonly states: FlagStates;
}

export function compileFlag(mapKey: string, definition: unknown, workshop: Workshop): CompiledFlag {
  if (!isRecord(definition)) {
    return { key: mapKey, run: malformed, plan: undefined, nests: false, states: new FlagStates(definition) };
  }
  const key = typeof definition.key === 'string' ? definition.key : mapKey;
  const plan = planOf(key, definition, workshop);
  const compiled: CompiledFlag = {
    key: mapKey,
    plan,
    nests: plan.on && plan.prerequisites?.length !== 0,
    states: new FlagStates(definition),
    run: (context, state, chain) => runPlan(context, state, chain),
  };
  const runPlan = planRunner(plan, compiled);
  return compiled;
}

function planOf(key: string, flag: JsonRecord, workshop: Workshop): FlagPlan {
  const variations = isValueList(flag.variations) ? flag.variations : [];
  const input: ServeInput = {
    key,
    salt: flag.salt,
    variations,
    bucketing: present(flag.bucketing) === undefined ? launchDarkly : bucketingNamed(flag.bucketing),
    exact: present(flag.bucketing) !== undefined,
    workshop,
  };
  const off = (reason: EvaluationReason): EvaluationDetail =>
    serveOff(variations, present(flag.offVariation), reason);
  return {
    on: Boolean(flag.on),
    off: off({ kind: 'OFF' }),
    prerequisites: compilePrerequisites(flag.prerequisites, off),
    targets: compileTargets(flag, variations),
    rules: listOf(flag.rules)?.map((rule, index) => compileRule(rule, index, input)),
    fallthrough: compileServe(flag.fallthrough, { kind: 'FALLTHROUGH' }, input),
  };
}

function isValueList(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

const malformed: Run = () => MALFORMED;

/** Each part goes on to the next. One that is malformed ends it for whoever comes so far. */
function planRunner(plan: FlagPlan, compiled: CompiledFlag): Run {
  const { off, prerequisites, targets, rules } = plan;
  if (!plan.on) {
    return () => off;
  }
  const withRules = rules === undefined ? malformed : rulesRunner(rules, serveWith(plan.fallthrough));
  const withTargets = targets === undefined ? malformed : targetsRunner(targets, withRules);
  if (prerequisites === undefined) {
    return malformed;
  }
  return prerequisites.length === 0
    ? withTargets
    : (context, state, chain) =>
        checkPrerequisites(prerequisites, compiled, context, state, chain) ??
        withTargets(context, state, chain);
}

function targetsRunner(targets: readonly TargetGroup[], goOn: Run): Run {
  return targets.length === 0
    ? goOn
    : (context, state, chain) => findTarget(targets, context) ?? goOn(context, state, chain);
}

function rulesRunner(rules: readonly RuleNode[], fallthrough: Serve): Run {
  const [first] = rules;
  if (first === undefined) {
    return fallthrough;
  }
  if (rules.length === 1) {
    const { match, run } = first;
    return (context, state) => {
      const verdict = match(context, state, undefined);
      if (verdict === NO) {
        return fallthrough(context);
      }
      return verdict === BAD ? MALFORMED : run(context);
    };
  }
  return (context, state) => {
    for (const rule of rules) {
      const verdict = rule.match(context, state, undefined);
      if (verdict !== NO) {
        return verdict === BAD ? MALFORMED : rule.run(context);
      }
    }
    return fallthrough(context);
  };
}
