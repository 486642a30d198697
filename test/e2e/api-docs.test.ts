import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startApi } from '../support/api-app.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';

describe.skipIf(chromiumPath() === undefined)('the API’s documentation in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test.each(['/docs', '/redoc'])(
    '%s shows the operations, from this host alone, under its content policy',
    async (path) => {
      const app = await startApi({ auth: false });
      const { page, context, complaints } = await openPage(browser, app.url);
      onTestFinished(async () => {
        await context.close();
        await app.close();
      });
      const answer = await page.goto(path);
      expect(answer?.headers()['content-security-policy']).toContain(
        "default-src 'none'; script-src 'self';",
      );
      for (const summary of ['Create a flag', 'Send a test event now']) {
        await page.getByText(summary).filter({ visible: true }).first().waitFor();
      }
      expect(complaints).toEqual([]);
    },
  );
});
