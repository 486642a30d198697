import type { Logger } from '../shared/logger.ts';
import type { Context, JsonValue } from '../evaluation/model.ts';
import { createEmitter } from '../shared/emitter.ts';
import { chooseSource, describeSource, type Sources } from './choose-source.ts';
import type { FlagEvaluation, FlagClient, FlagSource } from './flag-client.ts';
import type { ReceivedFlags } from './last-known-good-store.ts';
import type { LaunchDarklyFlagClient } from './launchdarkly-flag-client.ts';
import type { EvaluationListener, LocalFlagClient } from './local-flag-client.ts';

export interface FlagChainOptions {
  /** Absent: no SDK key. */
  readonly launchdarkly?: LaunchDarklyFlagClient | undefined;
  readonly local?: LocalFlagClient | undefined;
  readonly logger: Logger;
  /** Called for every answer, whatever its source; a local client in a chain needs none of its own. */
  readonly onEvaluation?: EvaluationListener | undefined;
}

export interface FlagChain extends FlagClient {
  /** Undefined: LaunchDarkly never sent any, or there is no key. */
  received(): ReceivedFlags | undefined;
}

/**
 * The flag client that the site asks: the best source there is, chosen by state (see `chooseSource`), falling back
 * and returning by itself. Every answer says who gave it; an unknown flag is the source's answer too. A source that
 * throws costs that one answer its value, never the page: the default, with reason `EXCEPTION` and source `default`.
 */
export function createFlagChain({ launchdarkly, local, logger, onEvaluation }: FlagChainOptions): FlagChain {
  const changes = createEmitter<readonly string[]>((error) =>
    logger.error({ err: error }, 'a listener of the flags failed'),
  );
  const sources = (): Sources => ({ launchdarkly: launchdarkly?.state(), hasLocal: local !== undefined });
  const sourceNow = (): FlagSource => chooseSource(sources());

  const knownKeys = () => [...new Set([...(launchdarkly?.flagKeys() ?? []), ...(local?.flagKeys() ?? [])])];

  let announced = sourceNow();
  // The start says "connecting"; what came of it is logged even where it changes no source.
  let isConnecting = launchdarkly?.state().reason === '';
  const announce = () => {
    const source = sourceNow();
    const hasSettled = isConnecting && (source === 'launchdarkly' || launchdarkly?.state().reason !== '');
    if (source === announced && !hasSettled) return;
    if (hasSettled) isConnecting = false;
    const from = announced;
    announced = source;
    const { detail } = describeSource(sources());
    const level = source === 'launchdarkly' ? 'info' : 'warn';
    logger[level]({ from, source }, detail);
    if (source !== from) changes.emit(knownKeys());
  };

  const unsubscribers = [
    launchdarkly?.onState(announce),
    launchdarkly?.onChange((keys) => {
      if (announced === 'launchdarkly' || announced === 'last-known-good') changes.emit(keys);
    }),
    local?.onChange((keys) => {
      if (announced === 'local') changes.emit(keys);
    }),
  ];

  const ask = async (flagKey: string, context: Context, defaultValue: JsonValue): Promise<FlagEvaluation> => {
    const source = sourceNow();
    if ((source === 'launchdarkly' || source === 'last-known-good') && launchdarkly !== undefined) {
      return { ...(await launchdarkly.variationDetail(flagKey, context, defaultValue)), source };
    }
    if (source === 'local' && local !== undefined)
      return local.variationDetail(flagKey, context, defaultValue);
    return {
      value: defaultValue,
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'CLIENT_NOT_READY' },
      source: 'default',
    };
  };

  return {
    async variationDetail(flagKey, context, defaultValue) {
      let answer: FlagEvaluation;
      try {
        answer = await ask(flagKey, context, defaultValue);
      } catch (error) {
        logger.error({ err: error, flagKey }, 'a flag could not be evaluated; its default is served');
        answer = {
          value: defaultValue,
          variationIndex: null,
          reason: { kind: 'ERROR', errorKind: 'EXCEPTION' },
          source: 'default',
        };
      }
      onEvaluation?.(flagKey, answer.variationIndex, answer.source);
      return answer;
    },

    track(eventKey, context, data, metricValue) {
      const source = sourceNow();
      switch (source) {
        case 'launchdarkly':
        case 'last-known-good':
          launchdarkly?.track(eventKey, context, data, metricValue);
          break;
        case 'local':
          local?.track(eventKey, context, data, metricValue);
          break;
        case 'default':
          logger.debug({ eventKey }, 'nobody is there to take what was tracked');
          break;
        default:
          source satisfies never;
      }
    },

    onChange: (listener) => changes.subscribe(listener),

    status: () => describeSource(sources()),

    received: () => launchdarkly?.received(),

    async close() {
      for (const leave of unsubscribers) leave?.();
      changes.clear();
      await Promise.all([launchdarkly?.close(), local?.close()]);
    },
  };
}
