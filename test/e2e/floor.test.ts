import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { useApp } from '../support/running-app.ts';

/** The machine may be busy; only what never comes may fail. */
const PATIENT = { timeout: 30_000 };

describe.skipIf(chromiumPath() === undefined)('a presenter on the dance floor', { timeout: 90_000 }, () => {
  let browser: Browser;
  const app = useApp({ AUTH: 'off', LOG_LEVEL: 'fatal' });
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  async function visitFloor(options: BrowserContextOptions = {}, script = ''): Promise<Page> {
    const { page, context, complaints } = await openPage(browser, app().url, options);
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    if (script !== '') await page.addInitScript(script);
    await page.goto('/floor');
    return page;
  }

  const setSlider = (page: Page, name: string, value: number): Promise<void> =>
    page.getByRole('slider', { name }).fill(String(value));
  const numberIn = async (page: Page, id: string): Promise<number> =>
    Number(await page.locator(`#${id}`).textContent());
  const service = async (page: Page): Promise<readonly number[]> => [
    await numberIn(page, 'total-control'),
    await numberIn(page, 'total-treatment'),
  ];
  /** Whether as many dots have each colour as the service counts, at one moment. */
  const isPictureTrue = (page: Page): Promise<unknown> =>
    page.evaluate(
      `document.getElementById('picture-text').textContent.includes(
        document.getElementById('total-control').textContent + ' sand, ' +
        document.getElementById('total-treatment').textContent + ' teal')`,
    );
  const sendHome = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Send them home' }).click();
    await page.getByRole('button', { name: 'Let them in' }).waitFor();
  };

  test('sees 500 listeners as the service counts them, breaks the new version, and sees it taken back', async () => {
    const page = await visitFloor();
    await setSlider(page, 'How many', 500);
    await page.getByRole('button', { name: 'Let them in' }).click();
    await expect.poll(() => numberIn(page, 'total-control'), PATIENT).toBeGreaterThan(400);
    // Both are written within a moment of each other.
    await expect.poll(() => isPictureTrue(page), PATIENT).toBe(true);

    await page.getByRole('button', { name: 'Start a guarded release' }).click();
    await page.getByText('Running', { exact: true }).waitFor();
    await expect.poll(() => numberIn(page, 'total-treatment'), PATIENT).toBeGreaterThan(120);
    await setSlider(page, 'Pages that fail', 60);
    await page.getByRole('button', { name: 'Break it' }).click();
    await page.getByText('Rolled back', { exact: true }).waitFor(PATIENT);
    expect(await page.locator('#stopwatch .talk-sentence').textContent()).toContain(
      'playlist-error got worse',
    );
    expect(Number(await page.locator('#seconds').textContent())).toBeGreaterThan(0);
    // Only the beta testers, whom a rule gives the full list, have it still.
    await expect.poll(() => numberIn(page, 'total-treatment'), PATIENT).toBeLessThanOrEqual(60);
    await expect.poll(() => isPictureTrue(page), PATIENT).toBe(true);

    await page.getByRole('button', { name: 'Mend it' }).click();
    await page.getByText('Nothing is broken.').waitFor();
    await sendHome(page);
    await expect.poll(() => service(page)).toEqual([0, 0]);
    const metrics = await (await fetch(`${app().url}/metrics`)).text();
    expect(metrics).toMatch(/djtoggle_streams\{client="site"\} 0/);
  });

  test.each([false, true])(
    'dots grow and send out rings only where motion is wanted (reduced: %s)',
    async (isReduced) => {
      // Every size at which a dot is drawn, and how often.
      const page = await visitFloor(
        { reducedMotion: isReduced ? 'reduce' : 'no-preference' },
        `window.sizes = new Set();
       window.drawn = 0;
       const arc = CanvasRenderingContext2D.prototype.arc;
       CanvasRenderingContext2D.prototype.arc = function (x, y, size, ...rest) {
         window.sizes.add(size.toFixed(2));
         window.drawn += 1;
         return arc.call(this, x, y, size, ...rest);
       };`,
      );
      await setSlider(page, 'How many', 200);
      await page.getByRole('button', { name: 'Let them in' }).click();
      await expect.poll(() => numberIn(page, 'total-control'), PATIENT).toBeGreaterThan(150);
      await page.evaluate('window.sizes.clear(), (window.drawn = 0)');
      // Twenty pictures, each with some who play or like.
      await expect.poll(() => page.evaluate('window.drawn'), PATIENT).toBeGreaterThan(20 * 200);
      const sizes = await page.evaluate('window.sizes.size');
      // A dot, and the open middle of those on the full list.
      if (isReduced) expect(sizes).toBe(2);
      else expect(sizes).toBeGreaterThan(4);
      await sendHome(page);
    },
  );

  test('goes from listener to listener by keyboard, hears who each is, and opens the site as they see it', async () => {
    const page = await visitFloor();
    await page.getByRole('button', { name: 'Let them in' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => numberIn(page, 'total-control'), PATIENT).toBeGreaterThan(200);
    await page.locator('#dots').focus();
    await page.keyboard.press('ArrowRight');
    const spoken = page.locator('#spoken');
    await expect.poll(() => spoken.textContent()).toMatch(/^\w+-7-\d+.*(Top 10|Full crate)/);
    const first = await spoken.textContent();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => spoken.textContent()).not.toBe(first);
    const [listener = ''] = (await spoken.textContent())?.split(',') ?? [];
    const opened = page.context().waitForEvent('page');
    await page.keyboard.press('Enter');
    const site = await opened;
    await site.waitForLoadState();
    expect(new URL(site.url()).searchParams.get('user')).toBe(listener);
    await site.close();
    await sendHome(page);
  });

  test('works without JavaScript', async () => {
    const page = await visitFloor({ javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Let them in' }).click();
    await page.getByRole('button', { name: 'Break it' }).click();
    await expect
      .poll(async () => {
        await page.reload();
        return numberIn(page, 'total-control');
      }, PATIENT)
      .toBeGreaterThan(200);
    await page.getByText('By persona').click();
    expect(await page.getByRole('row', { name: /^Japan/ }).textContent()).toMatch(/Japan\d/);
    await sendHome(page);
  });

  test.each([
    ['dark', 1_280],
    ['light', 1_280],
    ['dark', 360],
    ['light', 360],
  ] as const)('is accessible and within the screen (%s, %i wide)', async (colorScheme, width) => {
    const page = await visitFloor({ colorScheme, viewport: { width, height: 800 } });
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
    const violations = await page.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`))',
    );
    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });
});
