import type { EvaluationDetail, EvaluationReason } from './detail.ts';
import type { EvaluateAllOptions, FlagState } from './evaluator.ts';
import { isRecord, itemsOf, present, type JsonRecord } from './json.ts';

/** May this client see the flag? Without `clientSideAvailability`: mobiles yes, browsers by the old `clientSide`. */
export function isVisible(definition: unknown, clientSide: EvaluateAllOptions['clientSide']): boolean {
  if (clientSide === undefined) {
    return true;
  }
  const flag: JsonRecord = isRecord(definition) ? definition : {};
  const availability = present(flag.clientSideAvailability);
  if (!isRecord(availability)) {
    return clientSide === 'mobile-key' || Boolean(flag.clientSide);
  }
  return Boolean(clientSide === 'mobile-key' ? availability.usingMobileKey : availability.usingEnvironmentId);
}

/** An evaluation as the SDKs' all-flags state writes it: what is false, 1 or empty is left out. */
export function makeFlagState(
  definition: unknown,
  detail: EvaluationDetail,
  withReasons: boolean,
): FlagState {
  const flag: JsonRecord = isRecord(definition) ? definition : {};
  const { version, trackEvents, debugEventsUntilDate, samplingRatio } = flag;
  const experiment = isExperiment(flag, detail.reason);
  return Object.freeze({
    value: detail.value,
    ...(detail.variationIndex === null ? {} : { variation: detail.variationIndex }),
    version: typeof version === 'number' ? version : 0,
    ...(withReasons || experiment ? { reason: detail.reason } : {}),
    ...(trackEvents || experiment ? { trackEvents: true } : {}),
    ...(experiment ? { trackReason: true } : {}),
    ...(typeof debugEventsUntilDate === 'number' ? { debugEventsUntilDate } : {}),
    ...(typeof samplingRatio === 'number' && samplingRatio !== 1 ? { samplingRatio } : {}),
  });
}

/** Events about an evaluation that belongs to an experiment are tracked with their reason. */
function isExperiment(flag: JsonRecord, reason: EvaluationReason): boolean {
  switch (reason.kind) {
    case 'FALLTHROUGH':
      return reason.inExperiment === true || Boolean(flag.trackEventsFallthrough);
    case 'RULE_MATCH': {
      const rule = itemsOf(flag.rules)[reason.ruleIndex];
      return reason.inExperiment === true || (isRecord(rule) && Boolean(rule.trackEvents));
    }
    case 'OFF':
    case 'TARGET_MATCH':
    case 'PREREQUISITE_FAILED':
    case 'ERROR':
      return false;
  }
}
