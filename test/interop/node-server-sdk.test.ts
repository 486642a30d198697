import { once } from 'node:events';
import { init, type LDClient, type LDContext, type LDOptions } from '@launchdarkly/node-server-sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onOff, SDK_KEY, startSdkApp, type SdkApp } from '../support/sdk-app.ts';
import { CONTEXTS, defaultOf, Differences, expected, FLAG_KEYS } from './support/answers.ts';
import { RICH_FLAGS } from './support/rich-flags.ts';

let app: SdkApp;
let client: LDClient | undefined;
beforeEach(async () => {
  app = await startSdkApp({ seed: RICH_FLAGS });
});
afterEach(async () => {
  client?.close();
  client = undefined;
  await app.close();
});

/** The unmodified SDK; only its URIs are set. */
async function connect(options: LDOptions): Promise<LDClient> {
  client = init(SDK_KEY, {
    baseUri: app.url,
    streamUri: app.url,
    eventsUri: app.url,
    diagnosticOptOut: true,
    logger: {
      debug() {},
      info() {},
      warn() {},
      error: (...parts: unknown[]) => app.errors.push(parts.map(String)),
    },
    ...options,
  });
  await client.waitForInitialization({ timeout: 10 });
  return client;
}

const MODES: readonly (readonly [name: string, options: LDOptions])[] = [
  ['streaming', {}],
  ['polling', { stream: false }],
  ['the second protocol', { dataSystem: {} }],
  [
    'the second protocol, streaming only',
    { dataSystem: { dataSource: { dataSourceOptionsType: 'streamingOnly' } } },
  ],
  [
    'the second protocol, polling only',
    { dataSystem: { dataSource: { dataSourceOptionsType: 'pollingOnly' } } },
  ],
];

describe.each(MODES)('@launchdarkly/node-server-sdk, %s', (name, options) => {
  // The variants of the second protocol differ in the way, not in the data.
  const contexts = name.endsWith('only') ? CONTEXTS.slice(0, 100) : CONTEXTS;

  test('gives the evaluator’s answers', async () => {
    const sdk = await connect({ ...options, sendEvents: false });
    const differences = new Differences();
    for (const context of contexts) {
      for (const key of FLAG_KEYS) {
        const detail = await sdk.variationDetail(key, context as LDContext, defaultOf(key));
        differences.compare(key, context, detail, expected(key, context));
      }
    }
    expect(differences.found).toEqual([]);
    expect(differences.compared).toBe(contexts.length * FLAG_KEYS.length);
  });
});

describe.each(MODES.filter(([name]) => !name.includes('polling')))(
  '@launchdarkly/node-server-sdk, %s',
  (_name, options) => {
    test('hears of a change, a new flag, a changed segment and a removed flag', async () => {
      const sdk = await connect({ ...options, sendEvents: false });
      const anna = { kind: 'user', key: 'anna' };
      const updated = async (key: string): Promise<void> => {
        await once(sdk, `update:${key}`, { signal: AbortSignal.timeout(5_000) });
      };
      const update = async (key: string, change: Promise<unknown>): Promise<void> => {
        await Promise.all([updated(key), change]);
      };
      expect(await sdk.boolVariation('off', anna, true)).toBe(false);
      await update('off', app.put(onOff('off', true)));
      expect(await sdk.boolVariation('off', anna, false)).toBe(true);
      await update('new', app.put(onOff('new', true)));
      expect(await sdk.boolVariation('new', anna, false)).toBe(true);
      await update('beta', app.putSegment({ key: 'beta', version: 1, included: ['anna'] }));
      expect(await sdk.boolVariation('beta', anna, false)).toBe(true);
      await update('new', app.remove('new'));
      expect((await sdk.variationDetail('new', anna, 'gone')).reason).toMatchObject({
        errorKind: 'FLAG_NOT_FOUND',
      });
      // The SDK's own complaint about that.
      expect(app.errors.splice(0)).toHaveLength(1);
    });
  },
);

test('events of the SDK are kept as exposures, metrics and counts', async () => {
  const sdk = await connect({ enableEventCompression: true });
  const anna = { kind: 'user', key: 'anna', plan: 'premium' };
  await sdk.variation('experiment', anna, 'none');
  await sdk.variation('json', anna, {});
  sdk.track('bought', anna, { items: 2 }, 12.5);
  await sdk.flush();
  await expect
    .poll(() => app.database.kysely.selectFrom('metric_events').selectAll().execute())
    .toMatchObject([{ event_key: 'bought', context_key: 'anna', value: 12.5 }]);
  expect(await app.database.kysely.selectFrom('exposures').selectAll().execute()).toMatchObject([
    { flag_key: 'experiment', context_kind: 'user', context_key: 'anna', flag_version: 1, times: 1 },
  ]);
  const counts = await app.database.kysely
    .selectFrom('flag_counters')
    .select(['flag_key', 'times'])
    .execute();
  expect(counts.map(({ flag_key }) => flag_key).toSorted()).toEqual(['experiment', 'json']);
  expect(app.events.counts().skipped).toEqual({});
});

test('an SDK with a wrong key is refused for good', async () => {
  client = init('sdk-of-somebody-else-0123456789', {
    baseUri: app.url,
    streamUri: app.url,
    sendEvents: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await expect(client.waitForInitialization({ timeout: 10 })).rejects.toThrow(/Authentication failed/);
});
