import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { startDashboard, type DashboardApp } from '../support/dashboard-app.ts';

const PATH = '/dashboard/flags/progressive-rollout/release';
/** The machine may be busy; only a wrong page may fail. */
const PATIENT = { timeout: 10_000 };

describe.skipIf(chromiumPath() === undefined)('an operator with a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  async function openDashboard(app: DashboardApp, options: BrowserContextOptions = {}): Promise<Page> {
    const { page, context, complaints } = await openPage(browser, app.url, options);
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    await page.goto(await app.sessions.loginPath());
    await page.goto('/dashboard/flags/progressive-rollout');
    return page;
  }

  const share = (app: DashboardApp) =>
    app.store
      .snapshot(DEFAULT_ENVIRONMENT)
      ?.flags.get('progressive-rollout')
      ?.definition.fallthrough.rollout?.variations.find(({ variation }) => variation === 0)?.weight;

  test.each([true, false])(
    'starts a release in three clicks, moves it on and takes it back (JavaScript: %s)',
    async (javaScriptEnabled) => {
      const app = await startDashboard();
      app.releases.start();
      const page = await openDashboard(app, { javaScriptEnabled });
      await page.getByRole('link', { name: 'Release', exact: true }).click();
      await page.getByRole('radio', { name: 'standard' }).click();
      await page.getByRole('button', { name: 'Start the release' }).click();
      await expect.poll(() => share(app), PATIENT).toBe(5_000);
      // Without JavaScript a person loads the page again.
      if (!javaScriptEnabled) await page.reload();
      await page.getByText('Running', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Next stage now' }).click();
      await page.getByRole('img', { name: 'The new version is at 25 % of 100 %' }).waitFor();
      expect(share(app)).toBe(25_000);
      await page.getByRole('button', { name: 'Roll back' }).click();
      await page.getByText('Rolled back', { exact: true }).waitFor();
      expect(share(app)).toBe(0);
      expect(await page.locator('.release-log li').first().textContent()).toContain('Rolled back by');
    },
  );

  test('sees what the release does while it looks', async () => {
    const app = await startDashboard();
    app.releases.start();
    const page = await openDashboard(app);
    await page.goto(PATH);
    await page.getByRole('button', { name: 'Start the release' }).click();
    await page.getByText('Running', { exact: true }).waitFor();
    const [release] = await app.releases.releases.list({ environment: DEFAULT_ENVIRONMENT, limit: 1 });
    await app.releases.engine.command(release!.id, { kind: 'pause', by: 'somebody else' });
    await expect
      .poll(() => page.locator('.release-sentence').textContent(), PATIENT)
      .toBe('Paused by somebody else at 5 %.');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
  });

  test.each([
    ['dark', 1_280],
    ['light', 1_280],
    ['dark', 360],
    ['light', 360],
  ] as const)('finds the page accessible and within the screen (%s, %i wide)', async (colorScheme, width) => {
    const app = await startDashboard();
    app.releases.start();
    const page = await openDashboard(app, { colorScheme, viewport: { width, height: 800 } });
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
    const violations = async () => {
      await page.evaluate(axe);
      return page.evaluate(
        'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`))',
      );
    };
    await page.goto(PATH);
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Start the release' }).click();
    await page.getByText('Running', { exact: true }).waitFor();
    expect(await violations()).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    if (process.env['SHOTS'] !== undefined)
      await page.screenshot({ path: `${process.env['SHOTS']}/${colorScheme}-${width}.png`, fullPage: true });
  });
});
