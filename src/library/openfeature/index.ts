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
import type { EvaluationDetail, ExpectedType } from '../evaluation/index.ts';
import type { Context, Flag, JsonValue } from '../../evaluation/model.ts';
import { openFeatureDetail, openFeatureErrorDetails } from '../../openfeature/detail.ts';
import { show } from '../../evaluation/show.ts';
import { contextToEvaluate } from './context-to-evaluate.ts';
import type { EvaluatorSource, SourceStatus } from './flag-sources.ts';

export { fixedFlags, replaceableFlags } from './flag-sources.ts';
export type { EvaluatorSource, ReplaceableFlags, SourceStatus } from './flag-sources.ts';

export interface OpenFeatureOptions {
  /**
   * Told of `client.track(…)`, with the context as evaluations read it; what is tracked for a context that evaluations
   * refuse is an error in OpenFeature's own log. Default: nobody.
   */
  readonly onTrack?: (eventName: string, context: Context, details: TrackingEventDetails) => void;
}

/**
 * An OpenFeature provider for servers that evaluates in this process: no network, no waiting.
 *
 * - Contexts: `targetingKey` (or `key`), `kind` (default `user`), `privateAttributes`; of kind `multi`, one object a kind.
 * - Reasons are OpenFeature's, and `PREREQUISITE_FAILED`. `flagMetadata` has LaunchDarkly's own `reason` as JSON, and the
 *   flag's `version`: the same as this project's OFREP door answers.
 * - A value of `null`, and a flag that is off without an off variation, mean the caller's default. Objects are copies.
 * - Events: `PROVIDER_CONFIGURATION_CHANGED` with the keys of the flags whose answers may differ; `PROVIDER_STALE`,
 *   `PROVIDER_ERROR` and `PROVIDER_READY` when the source says so. Flags are answered in each of these states.
 */
export class LocalProvider implements Provider {
  readonly metadata = { name: 'dj-toggle' };
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly #source: EvaluatorSource;
  readonly #options: OpenFeatureOptions;
  #waysOut: readonly (() => void)[] = [];

  constructor(source: EvaluatorSource, options: OpenFeatureOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  initialize(): Promise<void> {
    this.#leave();
    const changes = this.#source.onChange((flagKeys) => {
      this.events.emit(ServerProviderEvents.ConfigurationChanged, { flagsChanged: [...flagKeys] });
    });
    const statuses = this.#source.onStatus?.(this.#onceReady((status) => this.#tell(status)));
    this.#waysOut = statuses === undefined ? [changes] : [changes, statuses];
    return Promise.resolve();
  }

  /** OpenFeature calls a provider ready as soon as it is initialised: what its source says of itself comes after that. */
  #onceReady(tell: (status: SourceStatus) => void): (status: SourceStatus) => void {
    let waiting: SourceStatus | undefined;
    let isReady = false;
    setImmediate(() => {
      isReady = true;
      if (waiting !== undefined && this.#waysOut.length > 0) tell(waiting);
    });
    return (status) => {
      if (isReady) tell(status);
      else waiting = status;
    };
  }

  onClose(): Promise<void> {
    this.#leave();
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
    const asked = contextToEvaluate(context);
    if (asked.outcome === 'refused') {
      const Refusal =
        asked.errorCode === 'TARGETING_KEY_MISSING' ? TargetingKeyMissingError : InvalidContextError;
      throw new Refusal(asked.errorDetails);
    }
    this.#options.onTrack?.(eventName, asked.context, details);
  }

  async #resolve<T extends OpenFeatureJson>(
    key: string,
    fallback: T,
    context: EvaluationContext,
    expectedType: ExpectedType,
    fits: (value: unknown) => value is T,
  ): Promise<ResolutionDetails<T>> {
    const asked = contextToEvaluate(context);
    if (asked.outcome === 'refused') {
      return failed(fallback, ErrorCode[asked.errorCode], asked.errorDetails);
    }
    // Null: the caller's default of any type must not be taken for an answer of the wrong one.
    const detail = this.#source.current().evaluate(key, asked.context, null);
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

  #tell(status: SourceStatus): void {
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

  #leave(): void {
    for (const leave of this.#waysOut) leave();
    this.#waysOut = [];
  }
}

type FlagMetadata = NonNullable<ResolutionDetails<boolean>['flagMetadata']>;

function metadataOf(detail: EvaluationDetail, flag: Flag | undefined): FlagMetadata {
  // A definition may be anything that JSON can hold.
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
