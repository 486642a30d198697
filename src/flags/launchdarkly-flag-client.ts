import type { Logger } from '../shared/logger.ts';
import {
  init,
  PersistentDataStoreWrapper,
  type LDEvaluationDetail,
  type LDOptions,
} from '@launchdarkly/node-server-sdk';
import type { EvaluationDetail } from '../evaluation/detail.ts';
import type { Context, JsonValue } from '../evaluation/model.ts';
import { createEmitter } from '../shared/emitter.ts';
import { createConnectionState, type LaunchDarklyConnection } from './connection-state.ts';
import { detailOfSdk } from './detail-of-sdk.ts';
import { openLastKnownGoodStore, type ReceivedFlags, scopeOf } from './last-known-good-store.ts';
import { sdkLogger } from './sdk-logger.ts';
import { watchStreams } from './watch-streams.ts';

export interface LaunchDarklyState {
  readonly connection: LaunchDarklyConnection;
  /** Why it is not live, as the end of a sentence: `it answered 503`. Empty while live. */
  readonly reason: string;
  /** Epoch milliseconds of the last message, from this run or an earlier one; undefined: there are no flags at all. */
  readonly receivedAt: number | undefined;
}

/** The real SDK, with what it last received kept for bad days. It answers from memory whatever the network does. */
export interface LaunchDarklyFlagClient {
  /** To be asked only when there are flags (`receivedAt`). May reject with what the SDK throws on a broken flag. */
  variationDetail(flagKey: string, context: Context, defaultValue: JsonValue): Promise<EvaluationDetail>;
  /**
   * Queued by the SDK (10,000 events at most) and sent at the next flush. A batch that cannot be delivered is tried
   * once more a second later, and then the SDK drops it.
   */
  track(eventKey: string, context: Context, data?: JsonValue, metricValue?: number): void;
  flagKeys(): readonly string[];
  received(): ReceivedFlags | undefined;
  state(): LaunchDarklyState;
  /** Called when the state may have changed. Returns a function that unsubscribes. */
  onState(listener: () => void): () => void;
  /** With the flags whose answers may differ: prerequisites and segments count. Returns a function that unsubscribes. */
  onChange(listener: (flagKeys: readonly string[]) => void): () => void;
  /** Sends what is queued, waiting `closeWithinMs` at most. */
  close(): Promise<void>;
}

export interface LaunchDarklyFlagClientOptions {
  readonly sdkKey: string;
  /** Default for each: LaunchDarkly's own. */
  readonly baseUri?: string | undefined;
  readonly streamUri?: string | undefined;
  readonly eventsUri?: string | undefined;
  /** Keeps what was last received; made when missing. */
  readonly lastKnownGoodFolder: string;
  readonly logger: Logger;
  readonly now: () => number;
  /** Options of the SDK, in seconds. Defaults: the SDK's (1 and 5). */
  readonly streamInitialReconnectDelay?: number;
  readonly flushInterval?: number;
  /** Default 2000. */
  readonly closeWithinMs?: number;
  /** First wait before a refused key is tried again; doubles up to an hour. Default 300,000. */
  readonly retryRefusedAfterMs?: number;
  /** First wait before connecting again after a message that cannot be read; doubles up to 30 s. Default 1000. */
  readonly retryGarbledAfterMs?: number;
}

/**
 * What is used of the SDK's client. It reads contexts and checks them itself; its own type for them asks for lists
 * that may be written to, which ours may not.
 */
interface SdkClient {
  variationDetail(flagKey: string, context: object, defaultValue: JsonValue): Promise<LDEvaluationDetail>;
  track(eventKey: string, context: object, data?: unknown, metricValue?: number): void;
  flush(): Promise<void>;
  close(): void;
}

const MAX_REFUSED_WAIT_MS = 3_600_000;
const MAX_GARBLED_WAIT_MS = 30_000;
/** A connection that lasted this long ends the doubling. The SDK's own measure. */
const HEALTHY_AFTER_MS = 60_000;
/** What the SDK read from the store stays read: it receives every change. */
const CACHE_TTL_SECONDS = 86_400;
/** The SDK complains at every evaluation of an unknown flag; each complaint is logged once, and so many are known. */
const REMEMBERED_COMPLAINTS = 100;

export function createLaunchDarklyFlagClient(options: LaunchDarklyFlagClientOptions): LaunchDarklyFlagClient {
  const { sdkKey, baseUri, streamUri, eventsUri, streamInitialReconnectDelay, flushInterval, logger, now } =
    options;
  const { closeWithinMs = 2000, retryRefusedAfterMs = 300_000, retryGarbledAfterMs = 1000 } = options;
  const onListenerError = (error: unknown) => logger.error({ err: error }, 'a listener of the flags failed');
  const states = createEmitter<void>(onListenerError);
  const changes = createEmitter<readonly string[]>(onListenerError);
  const connection = createConnectionState(now);
  const complaints = new Set<string>();
  let generation = 0;
  let restarts = 0;
  let restart: NodeJS.Timeout | undefined;

  const store = openLastKnownGoodStore({
    folder: options.lastKnownGoodFolder,
    scope: scopeOf(sdkKey, baseUri, streamUri),
    now,
    logger,
    onReplaced() {
      connection.told();
      // A whole set, just read: whatever was missed before is made up for.
      clearTimeout(restart);
      states.emit();
    },
  });

  const complain = ({ message }: Error) => {
    if (complaints.has(message) || complaints.size >= REMEMBERED_COMPLAINTS) return;
    complaints.add(message);
    logger.warn({ component: 'launchdarkly-sdk' }, message.replaceAll(sdkKey, '[SDK key]'));
  };

  /** The SDK tells of one flag at a time; a whole put is passed on as one change. */
  let changed = new Set<string>();
  const collect = ({ key }: { readonly key: string }) => {
    if (changed.size === 0) {
      queueMicrotask(() => {
        const keys = [...changed];
        changed = new Set();
        changes.emit(keys);
      });
    }
    changed.add(key);
  };

  const connect = (): SdkClient => {
    generation += 1;
    const mine = generation;
    /** What happens to the streams of a retired client is no longer about the connection. */
    const whileCurrent =
      <Arguments extends readonly unknown[]>(act: (...told: Arguments) => void) =>
      (...told: Arguments) => {
        if (mine !== generation) return;
        act(...told);
        states.emit();
      };
    connection.begin();

    const sdkOptions: LDOptions = {
      ...(baseUri !== undefined && { baseUri }),
      ...(streamUri !== undefined && { streamUri }),
      ...(eventsUri !== undefined && { eventsUri }),
      ...(streamInitialReconnectDelay !== undefined && { streamInitialReconnectDelay }),
      ...(flushInterval !== undefined && { flushInterval }),
      logger: sdkLogger(logger, sdkKey),
      featureStore({ platform, basicConfiguration }) {
        watchStreams(platform.requests, {
          onOpen: whileCurrent(() => connection.opened()),
          onFailure: whileCurrent((failure) => {
            connection.failed(failure);
            if (failure.isFinal) restartAfter(retryRefusedAfterMs, MAX_REFUSED_WAIT_MS);
          }),
          onFault: whileCurrent((fault) => {
            logger.warn({ fault }, 'LaunchDarkly sent something that cannot be read; connecting again');
            connection.garbled(fault);
            restartAfter(retryGarbledAfterMs, MAX_GARBLED_WAIT_MS);
          }),
        });
        // A client may be retired while the file goes on.
        const core = { ...store, close: () => {} };
        return new PersistentDataStoreWrapper(core, CACHE_TTL_SECONDS, basicConfiguration.logger);
      },
    };
    const sdk = init(sdkKey, sdkOptions);
    sdk.on('error', complain);
    sdk.on('update', collect);
    return sdk;
  };

  /** A new SDK client over the same store: the way back from where the SDK gives up, or is behind without knowing. */
  const restartAfter = (firstMs: number, longestMs: number) => {
    if (connection.liveForMs() >= HEALTHY_AFTER_MS) restarts = 0;
    clearTimeout(restart);
    restart = setTimeout(
      () => {
        const retired = client;
        client = connect();
        void retired.flush();
        retired.close();
      },
      Math.min(longestMs, firstMs * 2 ** restarts),
    ).unref();
    restarts += 1;
  };

  let client = connect();

  return {
    variationDetail: async (flagKey, context, defaultValue) =>
      detailOfSdk(await client.variationDetail(flagKey, context, defaultValue)),

    track: (eventKey, context, data, metricValue) => client.track(eventKey, context, data, metricValue),

    flagKeys: () => store.flagKeys(),

    received: () => store.received(),

    state: () => ({
      connection: connection.current(),
      reason: connection.reason(),
      receivedAt: store.receivedAt(),
    }),

    onState: (listener) => states.subscribe(listener),

    onChange: (listener) => changes.subscribe(listener),

    async close() {
      if (connection.current() === 'closed') return;
      connection.close();
      generation += 1;
      clearTimeout(restart);
      states.clear();
      changes.clear();
      let bound: NodeJS.Timeout | undefined;
      const outOfTime = new Promise<void>((resolve) => {
        bound = setTimeout(resolve, closeWithinMs);
      });
      const flushed = client.flush();
      client.close();
      await Promise.race([flushed, outOfTime]);
      clearTimeout(bound);
      store.close();
    },
  };
}
