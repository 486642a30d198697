import {
  ErrorCode,
  OpenFeatureEventEmitter,
  ServerProviderEvents,
  type EvaluationContext,
  type JsonValue as OpenFeatureJson,
  type Provider,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import { createEvaluator, type Evaluator, type ExpectedType, type FlagSet } from '../evaluation/index.ts';
import type { Context, JsonValue } from '../evaluation/model.ts';
import { openFeatureDetail } from '../evaluation/open-feature-detail.ts';
import { launchDarklyContext } from './openfeature/launchdarkly-context.ts';

/** Where the flags come from: the newest compiled set, and a call when there is a newer one. */
export interface EvaluatorSource {
  current(): Evaluator;
  /** Calls with the keys whose answers may have changed. Returns the way out. */
  onChange(listener: (flagKeys: readonly string[]) => void): () => void;
}

export interface OpenFeatureOptions {
  /** Told of `client.track(…)`. Default: nobody. */
  readonly onTrack?: (eventName: string, context: Context, details: TrackingEventDetails) => void;
}

/** Flags that never change. */
export function fixedFlags(flags: FlagSet): EvaluatorSource {
  const evaluator = createEvaluator(flags);
  return { current: () => evaluator, onChange: () => () => undefined };
}

/**
 * An OpenFeature provider for servers that evaluates in this process: no network, no waiting.
 * Reasons are OpenFeature's; LaunchDarkly's own stands in `flagMetadata.reason` as JSON.
 */
export class LocalProvider implements Provider {
  readonly metadata = { name: 'dj-toggle' };
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly #source: EvaluatorSource;
  readonly #options: OpenFeatureOptions;
  #stopListening: () => void = () => undefined;

  constructor(source: EvaluatorSource, options: OpenFeatureOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  initialize(): Promise<void> {
    this.#stopListening();
    this.#stopListening = this.#source.onChange((flagKeys) => {
      this.events.emit(ServerProviderEvents.ConfigurationChanged, { flagsChanged: [...flagKeys] });
    });
    return Promise.resolve();
  }

  onClose(): Promise<void> {
    this.#stopListening();
    return Promise.resolve();
  }

  resolveBooleanEvaluation(
    key: string,
    fallback: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(key, fallback, context, 'boolean', (value) => typeof value === 'boolean');
  }

  resolveStringEvaluation(
    key: string,
    fallback: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(key, fallback, context, 'string', (value) => typeof value === 'string');
  }

  resolveNumberEvaluation(
    key: string,
    fallback: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(key, fallback, context, 'number', (value) => typeof value === 'number');
  }

  resolveObjectEvaluation<T extends OpenFeatureJson>(
    key: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve(
      key,
      fallback,
      context,
      'json',
      (value): value is JsonValue & T => typeof value === 'object' && value !== null,
    );
  }

  track(eventName: string, context: EvaluationContext, details: TrackingEventDetails): void {
    this.#options.onTrack?.(eventName, launchDarklyContext(context), details);
  }

  #resolve<T extends OpenFeatureJson>(
    key: string,
    fallback: T,
    context: EvaluationContext,
    expectedType: ExpectedType,
    fits: (value: unknown) => value is T,
  ): Promise<ResolutionDetails<T>> {
    // Null: the caller's default of any type must not be taken for an answer of the wrong one.
    const detail = this.#source.current().evaluate(key, launchDarklyContext(context), null);
    const { reason, variant, errorCode } = openFeatureDetail(detail);
    const flagMetadata = { reason: JSON.stringify(detail.reason) };
    if (errorCode !== undefined) {
      return Promise.resolve({
        value: fallback,
        reason,
        errorCode: ErrorCode[errorCode],
        errorMessage: `flag ${key}: ${errorCode}`,
        flagMetadata,
      });
    }
    if (detail.variationIndex === null) return Promise.resolve({ value: fallback, reason, flagMetadata });
    if (!fits(detail.value)) {
      return Promise.resolve({
        value: fallback,
        reason: 'ERROR',
        errorCode: ErrorCode.TYPE_MISMATCH,
        errorMessage: `flag ${key}: expected ${expectedType}, its value is ${JSON.stringify(detail.value)}`,
        flagMetadata,
      });
    }
    return Promise.resolve({
      value: detail.value,
      reason,
      ...(variant === undefined ? {} : { variant }),
      flagMetadata,
    });
  }
}
