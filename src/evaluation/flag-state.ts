import type { EvaluationDetail, EvaluationReason } from './detail.ts';
import type { EvaluateAllOptions, FlagState } from './evaluator.ts';
import { isRecord, itemsOf, present, type JsonRecord } from './json.ts';

/** May this flag be seen there? Without `clientSideAvailability`: mobiles yes, browsers by the old `clientSide`. */
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

interface Known {
  readonly detail: EvaluationDetail;
  readonly state: FlagState;
}

/** More outcomes than this are made anew each time, which is faster than to look through them all. */
const MAX_KNOWN = 16;

/** Where a flag may be seen, and its answers as the SDKs' all-flags state tells them. */
export class FlagStates {
  readonly #definition: JsonRecord;
  /** Made once for each outcome. */
  readonly #known: Known[] = [];
  readonly #knownWithReasons: Known[] = [];

  constructor(definition: unknown) {
    this.#definition = isRecord(definition) ? definition : {};
  }

  isVisibleTo(clientSide: EvaluateAllOptions['clientSide']): boolean {
    return isVisible(this.#definition, clientSide);
  }

  /** The state of one of the flag's own outcomes, of which there are few. */
  of(detail: EvaluationDetail, withReasons: boolean): FlagState {
    const known = withReasons ? this.#knownWithReasons : this.#known;
    for (const one of known) {
      if (one.detail === detail) {
        return one.state;
      }
    }
    const state = Object.freeze(this.make(detail, withReasons));
    if (known.length < MAX_KNOWN) {
      known.push({ detail, state });
    }
    return state;
  }

  /** The state of an answer that no other context has. What is false, 1 or empty is left out. */
  make(detail: EvaluationDetail, withReasons: boolean): FlagState {
    const { version, trackEvents, debugEventsUntilDate, samplingRatio } = this.#definition;
    const experiment = isExperiment(this.#definition, detail.reason);
    return {
      value: detail.value,
      ...(detail.variationIndex === null ? {} : { variation: detail.variationIndex }),
      version: typeof version === 'number' ? version : 0,
      ...(withReasons || experiment ? { reason: detail.reason } : {}),
      ...(trackEvents || experiment ? { trackEvents: true } : {}),
      ...(experiment ? { trackReason: true } : {}),
      ...(typeof debugEventsUntilDate === 'number' ? { debugEventsUntilDate } : {}),
      ...(typeof samplingRatio === 'number' && samplingRatio !== 1 ? { samplingRatio } : {}),
    };
  }
}

/** Events about this answer are part of an experiment, so they are tracked with their reason. */
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
