import {
  ErrorCode,
  InvalidContextError,
  OpenFeatureEventEmitter,
  ServerProviderEvents,
  TargetingKeyMissingError,
  type EvaluationContext,
  type JsonValue as OpenFeatureJson,
  type Provider,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import type { EvaluationDetail } from '../../evaluation/detail.ts';
import type { ExpectedType } from '../../evaluation/evaluator.ts';
import type { Context, Flag, JsonValue } from '../../evaluation/model.ts';
import { openFeatureDetail, openFeatureErrorDetails } from '../../openfeature/detail.ts';
import { show } from '../../evaluation/show.ts';
import { contextToEvaluate } from './context-to-evaluate.ts';
import type { EvaluatorSource, SourceStatus } from './flag-sources.ts';

export interface OpenFeatureOptions {
  /**
   * Called by `client.track(…)`, with the context as evaluations read it. Tracking for a context that evaluations refuse
   * is an error in OpenFeature's own log. Default: not called.
   */
  readonly onTrack?: (eventName: string, context: Context, details: TrackingEventDetails) => void;
}

/**
 * An OpenFeature provider for servers that evaluates in this process, without a network.
 *
 * - Contexts: `targetingKey` (or `key`), `kind` (default `user`), `privateAttributes`; of kind `multi`, one object a kind.
 * - Reasons are OpenFeature's, and `PREREQUISITE_FAILED`. `flagMetadata` has LaunchDarkly's own `reason` as JSON, and the
 *   flag's `version`, as in this project's OFREP responses.
 * - A value of `null`, and a flag that is off without an off variation, mean the caller's default. Objects are copies.
 * - Events: `PROVIDER_CONFIGURATION_CHANGED` with the keys of the flags whose answers may differ; `PROVIDER_STALE`,
 *   `PROVIDER_ERROR` and `PROVIDER_READY` when the source reports them. Flags are evaluated in each of these states.
 *
 * @example
 * const flag = { key: 'chat', version: 1, on: true, variations: [false, true], fallthrough: { variation: 1 } };
 * const provider = new LocalProvider(fixedFlags({ flags: { chat: flag }, segments: {} }));
 * (await provider.resolveBooleanEvaluation('chat', false, { targetingKey: 'anna' })).value; // → true
 */
export class LocalProvider implements Provider {
  readonly metadata = { name: 'dj-toggle' };
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly #source: EvaluatorSource;
  readonly #options: OpenFeatureOptions;
  #unsubscribers: readonly (() => void)[] = [];

  constructor(source: EvaluatorSource, options: OpenFeatureOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  initialize(): Promise<void> {
    this.#unsubscribe();
    const changes = this.#source.onChange((flagKeys) => {
      this.events.emit(ServerProviderEvents.ConfigurationChanged, { flagsChanged: [...flagKeys] });
    });
    const statuses = this.#source.onStatus?.(this.#onceReady((status) => this.#emit(status)));
    this.#unsubscribers = statuses === undefined ? [changes] : [changes, statuses];
    return Promise.resolve();
  }

  /** OpenFeature reports a provider ready as soon as it is initialised: its source's own status must come after that. */
  #onceReady(emit: (status: SourceStatus) => void): (status: SourceStatus) => void {
    let waiting: SourceStatus | undefined;
    let isReady = false;
    setImmediate(() => {
      isReady = true;
      if (waiting !== undefined && this.#unsubscribers.length > 0) emit(waiting);
    });
    return (status) => {
      if (isReady) emit(status);
      else waiting = status;
    };
  }

  onClose(): Promise<void> {
    this.#unsubscribe();
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
    const read = contextToEvaluate(context);
    if (read.outcome === 'refused') {
      const Refusal =
        read.errorCode === 'TARGETING_KEY_MISSING' ? TargetingKeyMissingError : InvalidContextError;
      throw new Refusal(read.errorDetails);
    }
    this.#options.onTrack?.(eventName, read.context, details);
  }

  async #resolve<T extends OpenFeatureJson>(
    key: string,
    fallback: T,
    context: EvaluationContext,
    expectedType: ExpectedType,
    fits: (value: unknown) => value is T,
  ): Promise<ResolutionDetails<T>> {
    const read = contextToEvaluate(context);
    if (read.outcome === 'refused') {
      return failed(fallback, ErrorCode[read.errorCode], read.errorDetails);
    }
    // Null, so that the caller's default is not taken for a value of the wrong type.
    const detail = this.#source.current().evaluate(key, read.context, null);
    const flag = this.#source.flag?.(key);
    const flagMetadata = metadataOf(detail, flag);
    const { reason, variant, errorCode } = openFeatureDetail(detail, flag);
    if (detail.reason.kind === 'ERROR') {
      const problem = openFeatureErrorDetails(detail.reason.errorKind);
      return failed(
        fallback,
        ErrorCode[errorCode ?? 'GENERAL'],
        `flag ${show(key)}: ${problem}`,
        flagMetadata,
      );
    }
    const served = { reason, ...(variant === undefined ? {} : { variant }), flagMetadata };
    if (detail.value === null) return { value: fallback, ...served };
    if (!fits(detail.value)) {
      const problem = `flag ${show(key)}: expected ${expectedType}, its value is ${show(detail.value)}`;
      return failed(fallback, ErrorCode.TYPE_MISMATCH, problem, flagMetadata);
    }
    return { value: structuredClone(detail.value), ...served };
  }

  #emit(status: SourceStatus): void {
    switch (status.state) {
      case 'ready':
        this.events.emit(ServerProviderEvents.Ready, {});
        return;
      case 'stale':
        this.events.emit(ServerProviderEvents.Stale, { message: status.message });
        return;
      case 'error':
        this.events.emit(ServerProviderEvents.Error, { message: status.message });
        return;
      default:
        status satisfies never;
    }
  }

  #unsubscribe(): void {
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
    this.#unsubscribers = [];
  }
}

type FlagMetadata = NonNullable<ResolutionDetails<boolean>['flagMetadata']>;

function metadataOf(detail: EvaluationDetail, flag: Flag | undefined): FlagMetadata {
  // A definition may be any JSON.
  const version: unknown = flag?.version;
  return { reason: JSON.stringify(detail.reason), ...(typeof version === 'number' ? { version } : {}) };
}

function failed<T>(
  value: T,
  errorCode: ErrorCode,
  errorMessage: string,
  flagMetadata: FlagMetadata = {},
): ResolutionDetails<T> {
  return { value, reason: 'ERROR', errorCode, errorMessage, flagMetadata };
}
