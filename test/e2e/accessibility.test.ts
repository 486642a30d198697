import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { everyPage, PAGES, pathOf, preparePage, REFUSALS, stockPages } from '../support/pages.ts';
import { startApp } from '../support/running-app.ts';

const axeRun = (options: object): string =>
  `axe.run({ resultTypes: ['violations'], preload: false, iframes: false, ...${JSON.stringify(options)} }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' ')))`;

const ALL_RULES = axeRun({});
/** The document is the same in all colours; only what is read of its colours differs. */
const COLOUR_RULES = axeRun({ runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } });

/** Nothing is cut off or scrolled sideways. */
const WIDTHS = [320, 360, 768, 1440];

const LOOKS = [
  { width: 360, colorScheme: 'dark', forcedColors: 'none', run: ALL_RULES },
  { width: 360, colorScheme: 'light', forcedColors: 'none', run: COLOUR_RULES },
  { width: 1440, colorScheme: 'light', forcedColors: 'none', run: COLOUR_RULES },
  { width: 1440, colorScheme: 'dark', forcedColors: 'none', run: ALL_RULES },
  { width: 1440, colorScheme: 'dark', forcedColors: 'active', run: COLOUR_RULES },
] as const;

test('every view is a page that axe looks at', () => {
  const views = globSync('*.ejs', { cwd: join(import.meta.dirname, '..', '..', 'views') });
  expect(Object.keys(PAGES).toSorted()).toEqual(views.map((file) => basename(file, '.ejs')).toSorted());
});

describe.skipIf(chromiumPath() === undefined)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test(
    'axe, the console and the width find nothing wrong on any page, in any colours',
    { timeout: 300_000 },
    async () => {
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const { url, app, dataDir, key } = await startApp({ DEMO: 'on', WEBHOOK_TARGETS: '127.0.0.1' });
      const headers = { authorization: `Bearer ${key('ADMIN_TOKEN')}` };
      const known = await stockPages({ url, dataDir, headers });
      const found: object[] = [];
      // A page is loaded once and looked at in each of its looks. Two are looked at at once: axe keeps one core busy.
      const queue = [...everyPage()];
      const look = async ({ page, complaints }: Awaited<ReturnType<typeof openPage>>): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const [view, path] = next;
          const response = await page.goto(pathOf(path, known));
          expect({ path, isOk: response?.ok() }).toEqual({ path, isOk: !REFUSALS.has(view) });
          await preparePage(page, view);
          await page.evaluate(axe);
          for (const { width, colorScheme, forcedColors, run } of LOOKS) {
            await page.setViewportSize({ width, height: 800 });
            await page.emulateMedia({ colorScheme, forcedColors });
            const violations: unknown = await page.evaluate(run);
            if (!Array.isArray(violations) || violations.length > 0)
              found.push({ path, width, colorScheme, forcedColors, violations });
          }
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 });
            const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
            if (overflow !== 0) found.push({ path, width, overflow });
          }
          // The browser itself says so of a page that is refused.
          const own = complaints.splice(0).filter((one) => !/status of 4\d\d/.test(one));
          if (own.length > 0) found.push({ path, complaints: own });
        }
      };
      const options = { reducedMotion: 'reduce' } as const;
      const one = await openPage(browser, url, options);
      onTestFinished(() => one.context.close());
      await one.page.goto(app.dashboardPath);
      const storageState = await one.context.storageState();
      const other = await openPage(browser, url, { ...options, storageState });
      onTestFinished(() => other.context.close());
      await Promise.all([look(one), look(other)]);
      expect(found).toEqual([]);
    },
  );
});
