import type { EvaluationDetail } from '../evaluation/detail.ts';
import type { Context, JsonValue } from '../evaluation/model.ts';
import type { CustomEvent, FeatureEvent } from './analytics-event.ts';
import { isBotAgent, isBotContext } from './bots.ts';
import { contextKeysOf } from './context-keys.ts';

/**
 * That this process served a variation of a flag; undefined when the context has no key.
 *
 * @param at epoch milliseconds
 * @param userAgent of the listener's own browser; absent where a server asks for its users
 */
export function localExposure(
  flag: { readonly key: string; readonly version?: number },
  context: Context,
  detail: EvaluationDetail,
  at: number,
  userAgent?: string,
): FeatureEvent | undefined {
  const contextKeys = contextKeysOf({ context });
  if (contextKeys === undefined) return undefined;
  return {
    kind: 'feature',
    at,
    contextKeys,
    flagKey: flag.key,
    ...(flag.version === undefined ? {} : { flagVersion: flag.version }),
    ...(detail.variationIndex === null ? {} : { variation: detail.variationIndex }),
    value: detail.value,
    reason: { ...detail.reason },
    samplingRatio: 1,
    ...(isBotAgent(userAgent) || isBotContext(context) ? { isBot: true } : {}),
  };
}

/** What a context did here, in the shape of an SDK's `track`; undefined when the context has no key. */
export function localTrack(
  eventKey: string,
  context: Context,
  at: number,
  data?: JsonValue,
  metricValue?: number,
): CustomEvent | undefined {
  const contextKeys = contextKeysOf({ context });
  if (contextKeys === undefined) return undefined;
  return {
    kind: 'custom',
    at,
    contextKeys,
    eventKey,
    ...(data === undefined ? {} : { data }),
    ...(metricValue === undefined ? {} : { metricValue }),
    samplingRatio: 1,
  };
}
