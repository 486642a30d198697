import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { startDashboard, type DashboardApp } from '../support/dashboard-app.ts';
import { TESTER } from '../support/tester.ts';
import { startApp } from '../support/running-app.ts';
import { PROGRESSIVE_ROLLOUT } from '../support/site-app.ts';

/** A dashboard with something on every page. */
async function startStocked(): Promise<DashboardApp> {
  const app = await startDashboard();
  await app.store.createEnvironment(TESTER, 'default', 'staging', 'Staging');
  await app.store.change(TESTER, {
    type: 'put-segment',
    environment: DEFAULT_ENVIRONMENT,
    key: 'staff',
    definition: {
      key: 'staff',
      version: 1,
      included: ['alice'],
      rules: [{ clauses: [{ attribute: 'email', op: 'endsWith', values: ['@example.com'] }] }],
    },
  });
  await app.schedules.create(TESTER, {
    environment: DEFAULT_ENVIRONMENT,
    flag: PROGRESSIVE_ROLLOUT.key,
    instruction: { kind: 'on' },
    dueAt: Date.UTC(2099, 0, 1),
    comment: null,
  });
  return app;
}

/** The machine may be busy; only a wrong page may fail. */
const PATIENT = { timeout: 10_000 };

describe.skipIf(chromiumPath() === undefined)('a presenter with a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  /** A page that must not complain, in a browser of its own. */
  async function openClean(
    { url }: Pick<DashboardApp, 'url'>,
    options: BrowserContextOptions = {},
  ): Promise<Page> {
    const { page, context, complaints } = await openPage(browser, url, options);
    onTestFinished(async () => {
      await context.close();
      expect(complaints.filter((one) => !/status of 4\d\d/.test(one))).toEqual([]);
    });
    return page;
  }

  async function openDashboard(app: DashboardApp, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await openClean(app, options);
    await page.goto(await app.sessions.loginPath());
    await page.getByRole('heading', { name: 'progressive-rollout' }).waitFor();
    return page;
  }

  const versionOn = (page: Page) => page.locator('#crate').getAttribute('data-version');
  const flashOn = (page: Page) => page.locator('#flash').textContent();
  const readoutOn = (page: Page) => page.locator('.readout-number').textContent();

  describe('of the whole program', () => {
    test('moves the fader to 100 % and takes it back, and a listener’s open page follows', async () => {
      const { url, app, logLines } = await startApp();
      const listener = await openClean({ url });
      await listener.goto('/');
      expect(await versionOn(listener)).toBe('json');

      const page = await openClean({ url });
      await page.goto(app.dashboardPath);
      const fader = page.getByRole('slider', { name: 'Share of true, in percent' });
      await fader.focus();
      await fader.press('End');
      await expect.poll(() => versionOn(listener), PATIENT).toBe('database');
      await expect.poll(() => flashOn(page), PATIENT).toBe('progressive-rollout is at 100\u00a0%.');
      expect(await fader.getAttribute('aria-valuetext')).toBe('100\u00a0%');
      expect(await page.evaluate('document.activeElement.id')).toBe('f-progressive-rollout-range');
      await expect
        .poll(() => page.locator('.level[data-variation="0"] .level-number').textContent(), PATIENT)
        .not.toBe('0');

      await page.locator('.flag-card-last').getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => versionOn(listener), PATIENT).toBe('json');
      await expect.poll(() => readoutOn(page), PATIENT).toBe('0\u00a0%');
      expect(logLines).toEqual([]);
    });

    test('does the same without JavaScript', async () => {
      const { url, app, logLines } = await startApp();
      const listener = await openClean({ url }, { javaScriptEnabled: false });
      await listener.goto('/');
      expect(await versionOn(listener)).toBe('json');

      const page = await openClean({ url }, { javaScriptEnabled: false });
      await page.goto(app.dashboardPath);
      await page.getByRole('button', { name: 'Move to 100 %' }).click();
      expect(await flashOn(page)).toBe('progressive-rollout is at 100\u00a0%.');
      await listener.reload();
      expect(await versionOn(listener)).toBe('database');

      await page.locator('.flag-card-last').getByRole('button', { name: 'Undo' }).click();
      expect(await readoutOn(page)).toBe('0\u00a0%');
      await listener.reload();
      expect(await versionOn(listener)).toBe('json');
      expect(logLines).toEqual([]);
    });
  });

  test.each([true, false])('kills a release behind one guard (JavaScript: %s)', async (javaScriptEnabled) => {
    const app = await startDashboard();
    const page = await openDashboard(app, { javaScriptEnabled });
    const kill = page.getByRole('button', { name: 'Off for everyone' });
    expect(await kill.isVisible()).toBe(false);
    await page.getByText('Kill switch').click();
    await kill.click();
    await page.getByRole('switch', { name: 'progressive-rollout', checked: false }).waitFor();
    expect(app.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('progressive-rollout')?.definition.on).toBe(
      false,
    );
    expect(await page.locator('.flag-card-last').textContent()).toContain('used the kill switch');
  });

  test('drags the fader with a mouse, to a round number', async () => {
    const app = await startDashboard();
    const page = await openDashboard(app);
    const slot = await page.locator('.slot').boundingBox();
    if (slot === null) throw new Error('the fader has no place on the page');
    const at = (share: number) => [slot.x + slot.width * share, slot.y + slot.height / 2] as const;
    await page.mouse.move(...at(0));
    await page.mouse.down();
    await page.mouse.move(...at(0.5), { steps: 5 });
    expect(Number.parseFloat((await readoutOn(page)) ?? '')).toBeCloseTo(10, 0);
    await page.mouse.move(...at(0.84), { steps: 5 });
    const shown = await readoutOn(page);
    await page.mouse.up();
    await expect.poll(() => flashOn(page), PATIENT).toBe(`progressive-rollout is at ${shown}.`);
    expect(shown).toMatch(/^\d+\u00a0%$/);
  });

  test('sees at once what somebody else does, and keeps what is being typed', async () => {
    const app = await startDashboard();
    const page = await openDashboard(app);
    await page.getByText('Target a user…').click();
    const user = page.getByLabel('The user’s key');
    await user.fill('ali');
    await app.store.change(
      { ...TESTER, id: 'ops', via: 'api' },
      {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: PROGRESSIVE_ROLLOUT.key,
        definition: { ...PROGRESSIVE_ROLLOUT, on: false },
      },
    );
    await page.getByRole('switch', { name: 'progressive-rollout', checked: false }).waitFor();
    expect(await page.locator('#log').textContent()).toContain('ops, by API, turned it off');
    expect(await user.inputValue()).toBe('ali');
    expect(await page.evaluate('document.activeElement.id')).toBe('f-progressive-rollout-user');
    await user.pressSequentially('ce');
    await user.press('Enter');
    await page.getByRole('button', { name: 'No longer target alice' }).waitFor();
    expect(await page.getByLabel('The user’s key').inputValue()).toBe('');
  });

  test('sees the level meters move while listeners come', async () => {
    const app = await startDashboard();
    const page = await openDashboard(app);
    const counted = () => page.locator('.level[data-variation="1"] .level-number').textContent();
    expect(await counted()).toBe('0');
    for (let visit = 0; visit < 3; visit += 1) await fetch(app.url);
    await expect.poll(counted, PATIENT).toBe('3');
    expect(await page.locator('.level[data-variation="1"] .level-lit').getAttribute('width')).toBe('100%');
  });

  test('sees errors and slow pages of the new version as they happen', async () => {
    const app = await startDashboard();
    const page = await openDashboard(app);
    const row = () => page.getByRole('row', { name: /^new/ }).textContent();
    const words = async () => (await row())?.trim().split(/\s+/).join(' ');
    expect(await words()).toBe('new 0 0 0');
    app.pageCounts.page(true, 1);
    app.pageCounts.page(true, 1_000);
    app.pageCounts.error(true);
    await expect.poll(words, PATIENT).toBe('new 2 1 1');
    expect(await page.locator('[data-new="true"] [data-trouble]').count()).toBe(2);
  });

  test.each([360, 1280])('can undo while the message of a change is shown, %d px wide', async (width) => {
    const app = await startDashboard();
    const page = await openDashboard(app, { viewport: { width, height: 740 } });
    await page.getByRole('button', { name: 'Move to 25 %' }).click();
    await expect.poll(() => flashOn(page), PATIENT).toBe('progressive-rollout is at 25\u00a0%.');
    const undo = page.locator('.flag-card-last').getByRole('button', { name: 'Undo' });
    const [toast, button] = [await page.locator('#flash').boundingBox(), await undo.boundingBox()];
    if (toast === null || button === null) throw new Error('both are shown');
    expect(toast.y + toast.height).toBeLessThan(button.y);
    // Scrolled to the top of the window, where the message is: the click goes through it.
    await page.evaluate(
      "document.querySelector('.flag-card-last button').scrollIntoView({ block: 'start' })",
    );
    await undo.click();
    await expect.poll(() => readoutOn(page), PATIENT).toBe('0\u00a0%');
  });

  test('shows the conflict in place when another operator was first', async () => {
    const app = await startDashboard();
    const page = await openDashboard(app);
    // The page misses events for a moment, as on a bad network.
    await page.evaluate("dispatchEvent(new Event('pagehide'))");
    await app.store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, fallthrough: { variation: 0 } },
    });
    await page.getByRole('button', { name: 'Move to 25 %' }).click();
    await page
      .getByRole('heading', { name: 'progressive-rollout was changed after your page was loaded' })
      .waitFor();
    expect(await readoutOn(page)).toBe('100\u00a0%');
    await page.getByRole('button', { name: 'Change the rollout to 25 % now' }).click();
    await expect.poll(() => readoutOn(page), PATIENT).toBe('25\u00a0%');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('gives up its stream while the tab is hidden, and catches up when it is seen again', async () => {
    const app = await startDashboard();
    const page = await openDashboard(app);
    const streams = () => app.streams.counts().open;
    await expect.poll(streams, PATIENT).toBe(1);
    const hide = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));`);
    await hide(true);
    await expect.poll(streams, PATIENT).toBe(0);
    await app.store.change(TESTER, {
      type: 'put-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
      definition: { ...PROGRESSIVE_ROLLOUT, on: false },
    });
    await hide(false);
    await page.getByRole('switch', { name: 'progressive-rollout', checked: false }).waitFor(PATIENT);
  });

  test('shows since when the connection is lost, and when it is back', async () => {
    const app = await startDashboard();
    const { page, context } = await openPage(browser, app.url);
    onTestFinished(() => context.close());
    await context.route('**/dashboard/events*', (route) => route.abort());
    await page.goto(await app.sessions.loginPath());
    const notice = page.getByText(/^Connection lost since \d/);
    await notice.waitFor(PATIENT);
    await context.unroute('**/dashboard/events*');
    await expect.poll(() => notice.count(), PATIENT).toBe(0);
  });

  test('shows on the flag’s page that somebody deleted it', async () => {
    const app = await startDashboard();
    const page = await openDashboard(app);
    await page.goto('/dashboard/flags/progressive-rollout');
    await app.store.change(TESTER, {
      type: 'delete-flag',
      environment: DEFAULT_ENVIRONMENT,
      key: PROGRESSIVE_ROLLOUT.key,
    });
    await expect
      .poll(() => page.getByRole('heading', { name: 'progressive-rollout was deleted' }).count(), PATIENT)
      .toBe(1);
  });

  test.each([true, false])(
    'imports a file once its preview was seen (JavaScript: %s)',
    async (javaScriptEnabled) => {
      const app = await startDashboard();
      const page = await openDashboard(app, { javaScriptEnabled });
      const flag = {
        version: 9,
        on: true,
        variations: [1, 2],
        offVariation: 1,
        fallthrough: { variation: 0 },
      };
      const file = {
        name: 'flags.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify({ flags: { new: { ...flag, salt: 's' } } })),
      };
      await page.getByRole('link', { name: 'Import and export' }).click();
      await page.locator('#file').setInputFiles(file);
      await page.getByRole('button', { name: 'Show what it would do' }).click();
      await page.getByRole('heading', { name: '1 flag created' }).waitFor();
      expect(app.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.has('new')).toBe(false);
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByRole('heading', { name: 'Audit log' }).waitFor();
      expect(app.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('new')?.version).toBe(9);
    },
  );

  test('searches the list as one types', async () => {
    const flags = Object.fromEntries(
      ['lyrics', 'crossfade', 'progressive-rollout'].map((key) => [key, { ...PROGRESSIVE_ROLLOUT, key }]),
    );
    const app = await startDashboard({ flags });
    const page = await openDashboard(app);
    const search = page.getByRole('searchbox');
    await search.pressSequentially('LYR');
    await expect.poll(() => page.locator('#flag-count').textContent(), PATIENT).toBe('1 flag');
    expect(await search.inputValue()).toBe('LYR');
    expect(await page.evaluate('document.activeElement.id')).toBe('q');
    await search.fill('');
    await expect.poll(() => page.locator('#flag-count').textContent(), PATIENT).toBe('3 flags');
  });

  test('Ctrl K finds a flag by typing, and Enter opens it', async () => {
    const app = await startStocked();
    const page = await openDashboard(app);
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog');
    await palette.getByRole('searchbox').fill('progressive');
    await expect
      .poll(() => palette.getByRole('link').allTextContents(), PATIENT)
      .toEqual([expect.stringMatching(/^progressive-rollout/)]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/dashboard\/flags\/progressive-rollout$/);
    await page.keyboard.press('Control+k');
    await palette.getByRole('searchbox').fill('webhooks');
    await expect
      .poll(() => palette.getByRole('link').allTextContents(), PATIENT)
      .toEqual([expect.stringMatching(/^Webhooks/)]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/dashboard\/webhooks$/);
  });

  test('a rule is moved by dragging its head', async () => {
    const app = await startStocked();
    const page = await openDashboard(app);
    await page.goto('/dashboard/flags/progressive-rollout/targeting');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page
      .getByRole('group', { name: 'Rule 2' })
      .getByLabel('Attribute', { exact: true })
      .fill('country');
    // Both rules in sight at once.
    await page.setViewportSize({ width: 1280, height: 1600 });
    await page.locator('#rule-1 .rule-head').dragTo(page.locator('#rule-0 .rule-head'));
    await page.waitForLoadState();
    await expect.poll(() => page.locator('#clause-0-0-attribute').inputValue(), PATIENT).toBe('country');
    expect(await page.locator('#clause-1-0-attribute').inputValue()).toBe('groups');
  });

  test('the live page follows events until it is paused', async () => {
    const app = await startStocked();
    const page = await openDashboard(app);
    await page.goto('/dashboard/flags/progressive-rollout/live');
    const played = (key: string) =>
      app.liveEvents.emit([
        {
          environment: DEFAULT_ENVIRONMENT,
          receivedAt: Date.now(),
          event: {
            kind: 'custom',
            at: 1,
            contextKeys: [{ kind: 'user', key }],
            eventKey: 'play',
            samplingRatio: 1,
          },
        },
      ]);
    played('ann');
    await page.getByRole('rowheader', { name: 'ann' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    played('bob');
    await page.getByRole('button', { name: 'Pause', pressed: true }).click();
    await expect.poll(() => page.getByRole('rowheader').allTextContents(), PATIENT).toEqual(['bob', 'ann']);
  });

  test.each([320, 768, 1440])('has controls that a finger hits, %d px wide', async (width) => {
    const app = await startDashboard();
    const page = await openDashboard(app, { viewport: { width, height: 800 } });
    await page.goto('/dashboard');
    await page.getByText('Kill switch').click();
    const card = await page.getByRole('article').boundingBox();
    const kill = await page.getByRole('button', { name: 'Off for everyone' }).boundingBox();
    expect((kill?.x ?? 0) + (kill?.width ?? 0)).toBeLessThan((card?.x ?? 0) + (card?.width ?? 0));
    const small = await page
      .locator('button:visible, summary:visible, .field:visible')
      .evaluateAll((controls) =>
        controls
          .filter((control) => control.getBoundingClientRect().height < 40)
          .map((control) => control.outerHTML),
      );
    expect(small).toEqual([]);
  });
});
