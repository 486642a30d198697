import type { CheckedContext } from './context.ts';
import { askPrerequisite, judge } from './compile/prerequisites.ts';
import type { CompiledFlag } from './compile/flag.ts';
import { below, type EvaluationState, type FlagChain } from './compile/state.ts';
import type { EvaluationDetail, EvaluationReason } from './detail.ts';
import type { EvaluateAllOptions, FlagState } from './evaluator.ts';
import { isRecord, present, type JsonRecord } from './json.ts';

/** May this flag be seen there? Without `clientSideAvailability`: mobiles yes, browsers by the old `clientSide`. */
export function isVisible(definition: unknown, clientSide: EvaluateAllOptions['clientSide']): boolean {
  if (clientSide === undefined) {
    return true;
  }
  const flag = isRecord(definition) ? definition : {};
  const availability = present(flag.clientSideAvailability);
  if (!isRecord(availability)) {
    return clientSide === 'mobile-key' || Boolean(flag.clientSide);
  }
  return Boolean(clientSide === 'mobile-key' ? availability.usingMobileKey : availability.usingEnvironmentId);
}

/** A flag's answer as the SDKs' all-flags state tells it; what is false, 1 or empty is left out. */
export function flagStateOf(
  flag: CompiledFlag,
  detail: EvaluationDetail,
  withReasons: boolean,
  prerequisites: readonly string[],
): FlagState {
  const definition: JsonRecord = isRecord(flag.definition) ? flag.definition : {};
  const experiment = isExperiment(definition, detail.reason);
  const debugEventsUntilDate = present(definition.debugEventsUntilDate);
  const samplingRatio = present(definition.samplingRatio);
  return {
    value: detail.value,
    ...(detail.variationIndex === null ? {} : { variation: detail.variationIndex }),
    version: typeof definition.version === 'number' ? definition.version : 0,
    ...(withReasons || experiment ? { reason: detail.reason } : {}),
    ...(definition.trackEvents || experiment ? { trackEvents: true } : {}),
    ...(experiment ? { trackReason: true } : {}),
    ...(typeof debugEventsUntilDate === 'number' ? { debugEventsUntilDate } : {}),
    ...(prerequisites.length > 0 ? { prerequisites } : {}),
    ...(typeof samplingRatio === 'number' && samplingRatio !== 1 ? { samplingRatio } : {}),
  };
}

/** Events about this answer are part of an experiment, so they are tracked with their reason. */
export function isExperiment(definition: unknown, reason: EvaluationReason): boolean {
  const flag: JsonRecord = isRecord(definition) ? definition : {};
  switch (reason.kind) {
    case 'FALLTHROUGH':
      return reason.inExperiment === true || Boolean(flag.trackEventsFallthrough);
    case 'RULE_MATCH': {
      const rule: unknown = Array.isArray(flag.rules) ? flag.rules[reason.ruleIndex] : undefined;
      return reason.inExperiment === true || (isRecord(rule) && Boolean(rule.trackEvents));
    }
    case 'OFF':
    case 'TARGET_MATCH':
    case 'PREREQUISITE_FAILED':
    case 'ERROR':
      return false;
    default:
      return reason satisfies never;
  }
}

/** The direct prerequisites that were evaluated for this context, in order: up to the first that is not met. */
export function evaluatedPrerequisites(
  flag: CompiledFlag,
  context: CheckedContext,
  state: EvaluationState,
): readonly string[] {
  const evaluated: string[] = [];
  if (flag.plan === undefined || !flag.plan.on) {
    return evaluated;
  }
  const chain: FlagChain = below(undefined, flag);
  for (const prerequisite of flag.plan.prerequisites ?? []) {
    const detail = askPrerequisite(prerequisite, context, state, chain);
    if (detail === undefined) {
      break;
    }
    evaluated.push(prerequisite.key);
    if (judge(prerequisite, detail) !== undefined) {
      break;
    }
  }
  return evaluated;
}
