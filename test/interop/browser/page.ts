/** Runs inside the page: the unmodified browser SDKs, each behind one shape. Everything that goes in and out is JSON. */
import { createClient, type LDContext as LDContext4 } from '@launchdarkly/js-client-sdk';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import {
  OpenFeature,
  ProviderEvents,
  type EvaluationContext,
  type EventDetails,
  type JsonObject,
  type Provider,
} from '@openfeature/web-sdk';
import { initialize, type LDContext as LDContext3 } from 'launchdarkly-js-client-sdk';

export type SdkName = 'version3' | 'version4' | 'ofrep';

export interface PageSettings {
  readonly service: string;
  readonly clientSideId: string;
  readonly secondProtocol?: boolean;
  readonly useReport?: boolean;
  readonly streaming?: boolean;
  readonly sendEvents?: boolean;
}

/** A flag's answer: value, variation, reason. */
export type PageAnswer = readonly [value: unknown, variation: number | string | null, reason: unknown];

export interface PageClient {
  /** Becomes the context and answers each flag. */
  answers(
    context: unknown,
    flagKeys: readonly string[],
    fallbacks: readonly unknown[],
  ): Promise<readonly PageAnswer[]>;
  /** The keys of the next change that the SDK tells its application of. */
  nextChange(): Promise<readonly string[]>;
  track(key: string, metricValue: number): Promise<void>;
  close(): Promise<void>;
}

type Open = (settings: PageSettings, context: unknown, place: number) => Promise<PageClient>;

const open4: Open = async (settings, context) => {
  const { service, clientSideId, secondProtocol = false, useReport = false } = settings;
  const { streaming = false, sendEvents = false } = settings;
  const client = createClient(clientSideId, context as LDContext4, {
    baseUri: service,
    streamUri: service,
    eventsUri: service,
    withReasons: true,
    useReport,
    streaming,
    sendEvents,
    diagnosticOptOut: !sendEvents,
    // Or every context's answers would be written to the page's storage.
    maxCachedContexts: 0,
    ...(secondProtocol ? { dataSystem: {} } : {}),
  });
  const started = await client.start();
  if (started.status !== 'complete') throw new Error(`start: ${JSON.stringify(started)}`);
  return {
    async answers(next, flagKeys, fallbacks) {
      const identified = await client.identify(next as LDContext4);
      if (identified.status !== 'completed') throw new Error(`identify: ${JSON.stringify(identified)}`);
      return flagKeys.map((key, place) => {
        const { value, variationIndex, reason } = client.variationDetail(key, fallbacks[place]);
        return [value, variationIndex ?? null, reason ?? null];
      });
    },
    nextChange: () =>
      new Promise((resolve) => {
        const listener = (_context: unknown, keys: readonly string[]): void => {
          client.off('change', listener);
          resolve(keys);
        };
        client.on('change', listener);
      }),
    async track(key, metricValue) {
      client.track(key, null, metricValue);
      await client.flush();
    },
    close: () => client.close(),
  };
};

const open3: Open = async (settings, context) => {
  const { service, clientSideId, useReport = false, streaming = false, sendEvents = false } = settings;
  const client = initialize(clientSideId, context as LDContext3, {
    baseUrl: service,
    streamUrl: service,
    eventsUrl: service,
    evaluationReasons: true,
    useReport,
    streaming,
    sendEvents,
    diagnosticOptOut: !sendEvents,
  });
  await client.waitForInitialization(15);
  return {
    async answers(next, flagKeys, fallbacks) {
      await client.identify(next as LDContext3);
      return flagKeys.map((key, place) => {
        const { value, variationIndex, reason } = client.variationDetail(key, fallbacks[place]);
        return [value, variationIndex ?? null, reason ?? null];
      });
    },
    nextChange: () =>
      new Promise((resolve) => {
        const listener = (changes: object): void => {
          client.off('change', listener);
          resolve(Object.keys(changes));
        };
        client.on('change', listener);
      }),
    async track(key, metricValue) {
      client.track(key, null, metricValue);
      await client.flush();
    },
    close: () => client.close(),
  };
};

const openOfrep: Open = async ({ service, clientSideId, streaming = false }, context, place) => {
  const domain = `domain-${place}`;
  const provider = new OFREPWebProvider({
    baseUrl: service,
    headers: [['X-API-Key', clientSideId]],
    cacheMode: 'disabled',
    // Each change stream takes one of the six connections that a browser has to one host.
    changeDetection: streaming ? 'sse' : 'none',
  });
  await OpenFeature.setContext(domain, context as EvaluationContext);
  await OpenFeature.setProviderAndWait(domain, provider as Provider);
  const client = OpenFeature.getClient(domain);
  return {
    async answers(next, flagKeys, fallbacks) {
      await OpenFeature.setContext(domain, next as EvaluationContext);
      return flagKeys.map((key, index) => {
        const { value, variant, flagMetadata } = client.getObjectDetails(key, fallbacks[index] as JsonObject);
        return [value, variant ?? null, JSON.parse(String(flagMetadata['reason'] ?? 'null'))];
      });
    },
    nextChange: () =>
      new Promise((resolve) => {
        const listener = (details?: EventDetails): void => {
          client.removeHandler(ProviderEvents.ConfigurationChanged, listener);
          resolve((details as { flagsChanged?: string[] } | undefined)?.flagsChanged ?? []);
        };
        client.addHandler(ProviderEvents.ConfigurationChanged, listener);
      }),
    track: () => Promise.resolve(),
    close: () => OpenFeature.close(),
  };
};

const OPEN: Readonly<Record<SdkName, Open>> = { version3: open3, version4: open4, ofrep: openOfrep };

/** Several clients at once, as several pages would have them. */
export interface PageClients {
  readonly all: readonly PageClient[];
  /** For each context, each flag; the contexts are shared among the clients. */
  answers(
    contexts: readonly unknown[],
    flagKeys: readonly string[],
    fallbacks: readonly unknown[],
  ): Promise<readonly (readonly PageAnswer[])[]>;
}

async function openClients(
  name: SdkName,
  settings: PageSettings,
  context: unknown,
  count: number,
): Promise<PageClients> {
  const all = await Promise.all(
    Array.from({ length: count }, (_one, place) => OPEN[name](settings, context, place)),
  );
  return {
    all,
    async answers(contexts, flagKeys, fallbacks) {
      const answers: (readonly PageAnswer[])[] = [];
      const waiting = contexts.entries();
      await Promise.all(
        all.map(async (client) => {
          for (const [place, next] of waiting)
            answers[place] = await client.answers(next, flagKeys, fallbacks);
        }),
      );
      return answers;
    },
  };
}

declare global {
  var openClients: (
    name: SdkName,
    settings: PageSettings,
    context: unknown,
    count: number,
  ) => Promise<PageClients>;
  var clients: PageClients;
  /** What `nextChange` was asked for and has not been taken yet. */
  var pendingChange: Promise<readonly string[]>;
}

globalThis.openClients = openClients;
