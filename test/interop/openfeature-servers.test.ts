import { LaunchDarklyProvider } from '@launchdarkly/openfeature-node-server';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature, type EvaluationDetails, type JsonValue, type Provider } from '@openfeature/server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fixedFlags, LocalProvider } from '../../src/library/openfeature/index.ts';
import { createOfrepRouter } from '../../src/http/ofrep/create-ofrep-router.ts';
import { SDK_KEY, startSdkApp, type SdkApp } from '../support/sdk-app.ts';
import { CONTEXTS, defaultOf, Differences, expected, FLAG_KEYS } from './support/answers.ts';
import { openFeatureContext } from './support/open-feature-context.ts';
import type { RandomContext } from './support/random-contexts.ts';
import { RICH_FLAGS } from './support/rich-flags.ts';

let app: SdkApp;
beforeAll(async () => {
  app = await startSdkApp({ seed: RICH_FLAGS, routers: (parts) => [createOfrepRouter(parts).router] });
});
afterEach(() => OpenFeature.close());
afterAll(() => app.close());

function details(key: string, context: RandomContext): Promise<EvaluationDetails<JsonValue>> {
  const client = OpenFeature.getClient();
  const fallback = defaultOf(key);
  const asked = openFeatureContext(context);
  if (typeof fallback === 'boolean') return client.getBooleanDetails(key, fallback, asked);
  if (typeof fallback === 'string') return client.getStringDetails(key, fallback, asked);
  if (typeof fallback === 'number') return client.getNumberDetails(key, fallback, asked);
  return client.getObjectDetails(key, fallback as JsonValue, asked);
}

const launchDarkly = (): Provider =>
  new LaunchDarklyProvider(SDK_KEY, {
    baseUri: app.url,
    streamUri: app.url,
    eventsUri: app.url,
    sendEvents: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
const ofrep = (): Provider =>
  new OFREPProvider({ baseUrl: app.url, headers: [['Authorization', `Bearer ${SDK_KEY}`]] });

const local = (): Provider => new LocalProvider(fixedFlags(RICH_FLAGS));

describe.each<[name: string, provider: () => Provider, flagsPerContext: number]>([
  ['@launchdarkly/openfeature-node-server', launchDarkly, 6],
  ['the library’s own', local, 6],
  // A request for each answer, so every flag has its turn with every 38th context.
  ['@openfeature/ofrep-provider', ofrep, 1],
])('%s', (_name, provider, flagsPerContext) => {
  test('gives the evaluator’s answers', async () => {
    await OpenFeature.setProviderAndWait(provider());
    const differences = new Differences();
    const asked = CONTEXTS.entries();
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (const [place, context] of asked) {
          for (let turn = 0; turn < flagsPerContext; turn += 1) {
            const key = FLAG_KEYS[(place * flagsPerContext + turn) % FLAG_KEYS.length] ?? '';
            const { value, variant } = await details(key, context);
            const wanted = expected(key, context);
            differences.compare(
              key,
              context,
              { value, variant },
              { value: wanted.value, variant: wanted.variationIndex?.toString() },
            );
          }
        }
      }),
    );
    expect(differences.found).toEqual([]);
    expect(differences.compared).toBe(CONTEXTS.length * flagsPerContext);
  });

  test('says that a flag is not there', async () => {
    await OpenFeature.setProviderAndWait(provider());
    const answer = await OpenFeature.getClient().getBooleanDetails('nowhere', true, { targetingKey: 'anna' });
    expect(answer).toMatchObject({ value: true, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
  });
});
