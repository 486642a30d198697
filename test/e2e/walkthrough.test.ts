import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { type RunningApp, startApp, useApp } from '../support/running-app.ts';

/** The machine may be busy; only what never comes may fail. */
const PATIENT = { timeout: 60_000 };
const FLAG = '/flags/progressive-rollout';

describe.skipIf(chromiumPath() === undefined)('a talk', { timeout: 180_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  async function open(app: RunningApp, path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const { page, context, complaints } = await openPage(browser, app.url, options);
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    await page.goto(path);
    return page;
  }
  const json = async (app: RunningApp, path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${app.url}${path}`)).json()) as Record<string, unknown>;
  const shared = useApp({ AUTH: 'off', LOG_LEVEL: 'fatal' });
  const start = (): Promise<RunningApp> => startApp({ AUTH: 'off', LOG_LEVEL: 'fatal' });

  /** Clicks the step's one action, and waits until all of its proof is there. */
  const take = async (page: Page, number: number): Promise<string> => {
    await expect.poll(() => page.locator('.walk-number b').textContent(), PATIENT).toBe(String(number));
    await page.locator('#run').click();
    await page.locator('#step[data-status=proven]').waitFor(PATIENT);
    expect(await page.locator('.walk-proofs li[data-shown=false]').count()).toBe(0);
    return (await page.locator('.walk-proofs').textContent()) ?? '';
  };
  const tracks = (page: Page): Promise<number> => page.locator('[id^="t-"]').count();

  test('is given from a fresh start with two windows as audience: every proof comes, one release is rolled back, the next completed, and Reset puts all back', async () => {
    const app = await start();
    const before = await json(app, FLAG);
    const presenter = await open(app, '/walkthrough/presenter');
    const hall = await open(app, '/walkthrough');
    const walkIn = await open(app, '/');
    const tester = await open(app, '/?groups=beta_testers');
    const next = () => presenter.getByRole('button', { name: 'Next step' }).click();

    await take(presenter, 1);
    await expect.poll(() => tracks(tester), PATIENT).toBe(10);
    await next();
    await take(presenter, 2);
    await expect.poll(() => tracks(tester), PATIENT).toBeGreaterThan(10);
    expect(await tracks(walkIn)).toBe(10);
    // The hall follows the presenter.
    await hall.getByRole('heading', { name: 'Beta testers first, then one country' }).waitFor(PATIENT);
    await next();
    expect(await take(presenter, 3)).toContain('All who had it at 5 % have it still');
    await next();
    await take(presenter, 4);
    await next();
    await take(presenter, 5);
    await next();
    expect(await take(presenter, 6)).toContain('Rolled back: playlist-error got worse with the new version.');
    await next();
    await take(presenter, 7);
    await expect.poll(() => tracks(tester), PATIENT).toBe(10);
    await next();
    expect(await take(presenter, 8)).toContain('Completed at 100 %');
    await expect.poll(() => tracks(walkIn), PATIENT).toBeGreaterThan(10);
    await expect.poll(() => tracks(tester), PATIENT).toBeGreaterThan(10);
    await expect.poll(() => hall.locator('.walk-steps [data-status=proven]').count(), PATIENT).toBe(8);
    const releases = (await (await fetch(`${app.url}/releases`)).json()) as { state: string }[];
    expect(releases.map(({ state }) => state)).toEqual(['completed', 'rolled-back']);

    // It survives a reload, and a window that comes late.
    await hall.reload();
    expect(await hall.locator('.walk-steps [data-status=proven]').count()).toBe(8);

    await hall.getByRole('button', { name: 'Reset everything' }).click();
    await hall.getByRole('heading', { name: 'The top 10 for everyone' }).waitFor(PATIENT);
    const { definition, rollout_percentage } = await json(app, FLAG);
    const { version: _now, ...now } = definition as Record<string, unknown>;
    const { version: _then, ...then } = before['definition'] as Record<string, unknown>;
    expect([now, rollout_percentage]).toEqual([then, before['rollout_percentage']]);
    expect(await json(app, '/demo/faults')).toMatchObject({ errorRate: 0 });
    await expect
      .poll(async () => (await (await fetch(`${app.url}/floor`)).text()).includes('Let them in'))
      .toBe(true);
  });

  test('can be given out of order: steps are skipped, repeated and reset, also without JavaScript and by keyboard', async () => {
    const app = await start();
    const page = await open(app, '/walkthrough', { javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Skip' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Beta testers first, then one country' }).waitFor();
    await page.getByRole('button', { name: 'Release it to beta testers and to Japan' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Once more').waitFor();
    await expect
      .poll(async () => {
        await page.reload();
        return page.locator('#step').getAttribute('data-status');
      })
      .toBe('proven');
    const rules = async () =>
      ((await json(app, FLAG))['definition'] as { rules: { id: string }[] }).rules.map(({ id }) => id);
    expect(await rules()).toEqual(['beta-testers', 'country-jp']);
    await page.getByRole('button', { name: 'Once more' }).click();
    expect(await rules()).toEqual(['beta-testers', 'country-jp']);
    await page.getByRole('button', { name: 'Reset everything' }).click();
    expect(await rules()).toEqual(['beta-testers']);
    await page.getByRole('button', { name: /The kill switch/ }).click();
    await page.getByRole('button', { name: 'Switch the flag off' }).click();
    expect(await json(app, FLAG)).toMatchObject({ status: false });
    await page.getByRole('button', { name: 'Reset this step' }).click();
    expect(await json(app, FLAG)).toMatchObject({ status: true });
  });

  test.each([
    ['dark', 1_280, '/walkthrough'],
    ['light', 1_280, '/walkthrough/presenter'],
    ['light', 360, '/walkthrough'],
    ['dark', 360, '/walkthrough/presenter'],
  ] as const)('is accessible and within the screen (%s, %i wide, %s)', async (colorScheme, width, path) => {
    const page = await open(shared(), path, { colorScheme, viewport: { width, height: 800 } });
    await page.locator('#step-1').click();
    await take(page, 1);
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
    const violations = await page.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`))',
    );
    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });
});
