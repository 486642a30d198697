import { bucketingNamed } from '../bucketing/bucketings.ts';
import { launchDarkly } from '../bucketing/launchdarkly.ts';
import type { CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { isRecord, listOf, present, primitiveText, type JsonRecord } from '../json.ts';
import type { JsonValue } from '../model.ts';
import { MALFORMED, serveOff } from '../outcome.ts';
import { checkPrerequisites, type PrerequisiteNode } from './prerequisites.ts';
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
  /** As it was given; anything at all. */
  readonly definition: unknown;
  readonly run: Run;
  /** `undefined` when the definition is no object. */
  readonly plan: FlagPlan | undefined;
}

export function compileFlag(mapKey: string, definition: unknown, workshop: Workshop): CompiledFlag {
  if (!isRecord(definition)) {
    return { key: mapKey, definition, run: () => MALFORMED, plan: undefined };
  }
  const key = typeof definition.key === 'string' ? definition.key : mapKey;
  const plan = planOf(key, definition, workshop);
  const compiled: CompiledFlag = {
    key: mapKey,
    definition,
    plan,
    run: (context, state, chain) => runPlan(context, state, chain),
  };
  const runPlan = planRunner(plan, compiled);
  return compiled;
}

function planOf(key: string, flag: JsonRecord, workshop: Workshop): FlagPlan {
  const variations = isValueList(flag.variations) ? flag.variations : [];
  const offVariation = present(flag.offVariation);
  const input: ServeInput = {
    key,
    salt: flag.salt,
    variations,
    bucketing: present(flag.bucketing) === undefined ? launchDarkly : bucketingNamed(flag.bucketing),
    exact: present(flag.bucketing) !== undefined,
    workshop,
  };
  const prerequisites = listOf(flag.prerequisites)?.map((given) => {
    const prerequisite = isRecord(given) ? given : {};
    const prerequisiteKey = primitiveText(prerequisite.key) ?? '';
    return {
      key: prerequisiteKey,
      variation: prerequisite.variation,
      failed: serveOff(variations, offVariation, { kind: 'PREREQUISITE_FAILED', prerequisiteKey }),
    };
  });
  return {
    on: Boolean(flag.on),
    off: serveOff(variations, offVariation, { kind: 'OFF' }),
    prerequisites,
    targets: compileTargets(flag, variations),
    rules: listOf(flag.rules)?.map((rule, index) => compileRule(rule, index, input)),
    fallthrough: compileServe(flag.fallthrough, { kind: 'FALLTHROUGH' }, input),
  };
}

function isValueList(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function planRunner(plan: FlagPlan, compiled: CompiledFlag): Run {
  const { off, prerequisites, targets, rules } = plan;
  if (!plan.on) {
    return () => off;
  }
  if (prerequisites === undefined || targets === undefined || rules === undefined) {
    return (context, state, chain) => runBroken(plan, compiled, context, state, chain);
  }
  const withRules = rulesRunner(rules, serveWith(plan.fallthrough));
  const withTargets: Run =
    targets.length === 0
      ? withRules
      : (context, state, chain) => findTarget(targets, context) ?? withRules(context, state, chain);
  return prerequisites.length === 0
    ? withTargets
    : (context, state, chain) =>
        checkPrerequisites(prerequisites, compiled, context, state, chain) ??
        withTargets(context, state, chain);
}

/** A part that is no list is malformed for whoever comes so far. */
function runBroken(
  { prerequisites, targets }: FlagPlan,
  compiled: CompiledFlag,
  context: CheckedContext,
  state: EvaluationState,
  chain: FlagChain | undefined,
): EvaluationDetail {
  if (prerequisites === undefined) {
    return MALFORMED;
  }
  const failed = checkPrerequisites(prerequisites, compiled, context, state, chain);
  return failed ?? (targets === undefined ? MALFORMED : (findTarget(targets, context) ?? MALFORMED));
}

function rulesRunner(rules: readonly RuleNode[], fallthrough: Serve): Run {
  if (rules.length === 0) {
    return fallthrough;
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
