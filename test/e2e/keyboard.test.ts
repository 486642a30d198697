import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { startDashboard } from '../support/dashboard-app.ts';

const FLAG = '/dashboard/flags/progressive-rollout';
const TABS = ['Targeting', 'Release', 'Settings', 'Experiment', 'Live', 'History', 'Code', 'Overview'];

/** More stops than any page has. */
const MAX_STOPS = 120;

/** What has the focus, and whether it can be seen. */
const FOCUSED = `(() => {
  const { activeElement: element } = document;
  const seen = [element, element?.closest('.chips'), element?.parentElement].some((one) => {
    if (one === null || one === undefined) return false;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
  });
  const within = element?.closest('nav')?.getAttribute('aria-label') ?? '';
  const label = element?.getAttribute('aria-label') ?? element?.textContent?.trim().replace(/\\s+/g, ' ');
  return element === null || element === document.body ? { id: 'body', label: '', within, seen: false } : { id: element.id, label, within, seen };
})()`;

interface Focused {
  readonly id: string;
  readonly label: string;
  /** What the list of links is called, if it is in one. */
  readonly within: string;
  readonly seen: boolean;
}

type Place = { readonly id: string } | { readonly label: string; readonly within: string };

const focusOn = (page: Page): Promise<Focused> => page.evaluate(FOCUSED);
const idOn = async (page: Page): Promise<string> => (await focusOn(page)).id;

/** Presses Tab until the focus is there; on its way it must always be seen. */
async function tabTo(page: Page, what: Place): Promise<void> {
  const passed: string[] = [];
  for (let stop = 0; stop < MAX_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    const { id, label, within, seen } = await focusOn(page);
    expect({ id, label, seen: seen || id === 'body' }).toEqual({ id, label, seen: true });
    if ('id' in what ? id === what.id : label === what.label && within === what.within) return;
    passed.push(`${id}:${label}`);
  }
  throw new Error(`${JSON.stringify(what)} is not among ${passed.join(', ')}`);
}

describe.skipIf(chromiumPath() === undefined)('by keyboard alone', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  async function open(javaScriptEnabled: boolean) {
    const app = await startDashboard();
    const { page, context, complaints } = await openPage(browser, app.url, { javaScriptEnabled });
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    await page.goto(await app.sessions.loginPath());
    await page.goto(FLAG);
    const flag = () => app.store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get('progressive-rollout')?.definition;
    return { app, page, flag };
  }

  test('every tab of a flag is reached, with the focus always in sight', async () => {
    const { page } = await open(true);
    for (const tab of TABS) {
      await tabTo(page, { label: tab, within: 'Pages of progressive-rollout' });
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
      expect(await page.locator('nav a[aria-current]').allTextContents()).toContain(tab);
    }
  });

  test.each([true, false])(
    'a rule is built, ordered, reviewed and saved (JavaScript: %s)',
    async (javaScriptEnabled) => {
      const { page, flag } = await open(javaScriptEnabled);
      const { keyboard } = page;
      /** The form is sent, and the page comes back with the focus where one goes on. */
      const send = async (id: string) => {
        await Promise.all([page.waitForEvent('load'), keyboard.press('Enter')]);
        await expect.poll(() => idOn(page)).toBe(id);
        expect((await focusOn(page)).seen).toBe(true);
      };
      await page.goto(`${FLAG}/targeting`);
      await tabTo(page, { id: 'add-rule' });
      await send('clause-1-0-attribute');
      await keyboard.type('country');
      await tabTo(page, { id: 'clause-1-0-values' });
      if (javaScriptEnabled) {
        for (const value of ['DE', 'XX', 'FR']) {
          await keyboard.type(value);
          await keyboard.press('Enter');
        }
        // Back to the chip XX, which goes; the focus stays among the chips.
        for (const key of ['Backspace', 'ArrowLeft', 'Delete']) await keyboard.press(key);
        expect((await focusOn(page)).label).toBe('Remove FR');
        await keyboard.press('ArrowRight');
        expect(await idOn(page)).toBe('clause-1-0-values');
        // What is typed counts without Enter as well.
        await keyboard.type('AT');
      } else {
        await keyboard.type('DE');
        await keyboard.press('Enter');
        await keyboard.type('FR');
        await keyboard.press('Enter');
        await keyboard.type('AT');
      }
      await tabTo(page, { id: 'add-clause-1' });
      await send('clause-1-1-attribute');
      await keyboard.type('plan');
      await tabTo(page, { id: 'clause-1-1-values' });
      await keyboard.type('free');
      await tabTo(page, { id: 'rule-1-serve' });
      await page.keyboard.press('ArrowDown');
      // Round to the top of the page, and to the rule's head.
      await tabTo(page, { id: 'up-1' });
      await send('down-0');
      await tabTo(page, { id: 'rule-0-description' });
      await keyboard.type('First “three” <b>countries</b>');
      await tabTo(page, { id: 'comment' });
      await keyboard.type('by keys');
      await tabTo(page, { id: 'review' });
      await send('review-result');
      await page
        .getByText('Rule 1 is new: “First “three” <b>countries</b>”: country is one of DE, FR, AT')
        .waitFor();
      expect(flag()?.rules).toHaveLength(1);
      await tabTo(page, { id: 'save' });
      await send('title');
      expect(await page.locator('#flash').textContent()).toBe('progressive-rollout has its new targeting.');
      expect(flag()?.rules?.[0]).toEqual({
        description: 'First “three” <b>countries</b>',
        clauses: [
          { attribute: 'country', op: 'in', values: ['DE', 'FR', 'AT'] },
          { attribute: 'plan', op: 'in', values: ['free'] },
        ],
        variation: 1,
      });
    },
  );
});
