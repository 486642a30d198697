import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOfrepRouter } from '../../src/http/ofrep/create-ofrep-router.ts';
import { chromiumPath } from '../support/chromium.ts';
import { CLIENT_SIDE_ID, onOff, startSdkApp, type SdkApp } from '../support/sdk-app.ts';
import { openBrowser, type BrowserPages } from './browser/open-page.ts';
import type { PageAnswer, PageSettings, SdkName } from './browser/page.ts';
import { CONTEXTS, defaultOf, Differences, expected, FLAG_KEYS } from './support/answers.ts';
import { openFeatureContext } from './support/open-feature-context.ts';
import { RICH_FLAGS } from './support/rich-flags.ts';

const anna = { kind: 'user', key: 'anna', targetingKey: 'anna' };
/** As many as a browser has connections to one host. */
const CLIENTS_AT_ONCE = 6;

describe.skipIf(chromiumPath() === undefined)('in a real browser', () => {
  let browser: BrowserPages;
  let app: SdkApp;
  let page: Page;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    app = await startSdkApp({
      seed: RICH_FLAGS,
      routers: (parts) => [createOfrepRouter(parts).router, browser.router],
    });
  });
  afterEach(async () => {
    await page.close();
    await app.close();
  });

  /** From the service's own origin there are no preflights: requests that are sent thousands of times are sent from there. */
  async function start(
    name: SdkName,
    {
      sameOrigin = false,
      clients = 1,
      ...settings
    }: Partial<PageSettings> & { sameOrigin?: boolean; clients?: number },
  ): Promise<void> {
    page = await browser.open(sameOrigin ? app.url : undefined);
    const all: PageSettings = { service: app.url, clientSideId: CLIENT_SIDE_ID, ...settings };
    await page.evaluate<void, string>(
      async (json) => {
        const [sdk, given, context, count] = JSON.parse(json) as [SdkName, PageSettings, unknown, number];
        globalThis.clients = await globalThis.openClients(sdk, given, context, count);
      },
      JSON.stringify([name, all, anna, clients]),
    );
  }

  const answersOf = (
    contexts: readonly unknown[],
    keys: readonly string[] = FLAG_KEYS,
  ): Promise<readonly (readonly PageAnswer[])[]> =>
    page.evaluate<readonly (readonly PageAnswer[])[], string>(
      (json) => {
        const [list, flagKeys, fallbacks] = JSON.parse(json) as [unknown[], string[], unknown[]];
        return globalThis.clients.answers(list, flagKeys, fallbacks);
      },
      JSON.stringify([contexts, keys, keys.map(defaultOf)]),
    );

  async function stop(): Promise<void> {
    await page.evaluate(() => Promise.all(globalThis.clients.all.map((client) => client.close())));
    expect(browser.complaints).toEqual([]);
  }

  test.each<[string, SdkName, Partial<PageSettings>, number]>([
    ['launchdarkly-js-client-sdk', 'version3', {}, 500],
    ['launchdarkly-js-client-sdk by REPORT', 'version3', { useReport: true }, 50],
    ['@launchdarkly/js-client-sdk', 'version4', {}, 500],
    ['@launchdarkly/js-client-sdk by REPORT', 'version4', { useReport: true }, 50],
    ['@launchdarkly/js-client-sdk, the second protocol', 'version4', { secondProtocol: true }, 50],
    ['@openfeature/ofrep-web-provider', 'ofrep', {}, 500],
  ])(
    '%s gives the evaluator’s answers',
    async (_name, name, settings, count) => {
      await start(name, { ...settings, sameOrigin: count > 50, clients: CLIENTS_AT_ONCE });
      const contexts = CONTEXTS.slice(0, count);
      const differences = new Differences();
      const answers = await answersOf(name === 'ofrep' ? contexts.map(openFeatureContext) : contexts);
      for (const [place, context] of contexts.entries()) {
        for (const [index, key] of FLAG_KEYS.entries()) {
          const [value, variation, reason] = answers[place]?.[index] ?? [];
          const wanted = expected(key, context);
          differences.compare(
            key,
            context,
            { value, variation: variation === null ? null : Number(variation), reason },
            { value: wanted.value, variation: wanted.variationIndex, reason: wanted.reason },
          );
        }
      }
      expect(differences.found).toEqual([]);
      expect(differences.compared).toBe(count * FLAG_KEYS.length);
      await stop();
    },
    60_000,
  );

  test.each<[string, SdkName, Partial<PageSettings>]>([
    ['launchdarkly-js-client-sdk', 'version3', { streaming: true }],
    ['launchdarkly-js-client-sdk by REPORT and ping', 'version3', { streaming: true, useReport: true }],
    ['@launchdarkly/js-client-sdk', 'version4', { streaming: true }],
    ['@launchdarkly/js-client-sdk by REPORT and ping', 'version4', { streaming: true, useReport: true }],
    [
      '@launchdarkly/js-client-sdk, the second protocol',
      'version4',
      { streaming: true, secondProtocol: true },
    ],
    ['@openfeature/ofrep-web-provider', 'ofrep', { streaming: true }],
  ])('%s hears of a change of its answers', async (_name, name, settings) => {
    await start(name, settings);
    await page.evaluate(() => {
      const [client] = globalThis.clients.all;
      if (client !== undefined) globalThis.pendingChange = client.nextChange();
    });
    // The stream must be there before the change is.
    await expect.poll(() => app.hub.counts().open).toBe(1);
    await app.put(onOff('targets', true));
    expect(await page.evaluate(() => globalThis.pendingChange)).toEqual(['targets']);
    expect((await answersOf([anna], ['targets']))[0]?.[0]?.[0]).toBe(true);
    await stop();
  });

  test.each<[string, SdkName]>([
    ['launchdarkly-js-client-sdk', 'version3'],
    ['@launchdarkly/js-client-sdk', 'version4'],
  ])('what %s reports is kept', async (_name, name) => {
    await start(name, { sendEvents: true });
    await answersOf([anna], ['experiment']);
    await page.evaluate(() => globalThis.clients.all[0]?.track('bought', 9.5));
    await expect
      .poll(() => app.database.kysely.selectFrom('metric_events').select(['event_key', 'value']).execute())
      .toEqual([{ event_key: 'bought', value: 9.5 }]);
    await expect
      .poll(() => app.database.kysely.selectFrom('exposures').select(['flag_key', 'context_key']).execute())
      .toContainEqual({ flag_key: 'experiment', context_key: 'anna' });
    expect(app.events.counts().skipped).toEqual({});
    await stop();
  });
});
