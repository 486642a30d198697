import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { openFilePlaylists, type FilePlaylists } from '../support/file-playlists.ts';
import { inventedTrack } from '../support/memory-playlists.ts';
import { startSite, type SiteApp } from '../support/site-app.ts';

/** The machine may be busy; only a wrong page may fail. */
const PATIENT = { timeout: 10_000 };
const MOVING: BrowserContextOptions = { reducedMotion: 'no-preference' };

describe.skipIf(chromiumPath() === undefined)('a listener with a browser', () => {
  let browser: Browser;
  let site: SiteApp;
  let opened: WatchedPage[];

  let playlists: FilePlaylists;

  beforeAll(async () => {
    browser = await launchBrowser();
    playlists = openFilePlaylists(Array.from({ length: 120 }, (_, index) => inventedTrack(index + 1)));
  });

  afterAll(async () => {
    await browser.close();
    await playlists.close();
  });

  beforeEach(async () => {
    opened = [];
    site = await startSite({ topTen: playlists.topTen, fullPlaylist: playlists.fullPlaylist });
  });

  afterEach(async () => {
    await Promise.all(opened.map(({ context }) => context.close()));
    await site.close();
    const complaints = opened.flatMap((one) => one.complaints);
    if (complaints.length > 0) throw new Error(`the browser complained: ${complaints.join('; ')}`);
  });

  async function open(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    // Without motion unless a test asks for it: then nothing is to be waited for.
    const watched = await openPage(browser, site.url, { reducedMotion: 'reduce', ...options });
    opened.push(watched);
    await watched.page.goto(path);
    return watched.page;
  }

  const names = (page: Page): Promise<string[]> => page.getByRole('heading', { level: 3 }).allTextContents();
  const tracksOf = (page: Page): Promise<number> => page.getByRole('heading', { level: 3 }).count();

  test('opens the page, becomes a beta tester, searches, orders and turns pages', async () => {
    const page = await open();
    await expect.poll(() => tracksOf(page), PATIENT).toBe(10);

    await page.getByRole('button', { name: 'Beta tester' }).click();
    await expect.poll(() => tracksOf(page), PATIENT).toBe(50);
    expect(await page.getByText('Listening as a beta tester').isVisible()).toBe(true);

    await page.getByRole('searchbox', { name: 'Search name, artist or album' }).pressSequentially('Song 117');
    await expect.poll(() => tracksOf(page), PATIENT).toBe(1);
    expect(new URL(page.url()).searchParams.get('q')).toBe('Song 117');
    expect(await page.evaluate('document.activeElement.id')).toBe('q');

    await page.getByRole('link', { name: 'Show all' }).click();
    await expect.poll(() => tracksOf(page), PATIENT).toBe(50);

    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next' }).click();
    await expect.poll(() => names(page).then(([first]) => first), PATIENT).toBe('Song 51');
    await page.goBack();
    await expect.poll(() => names(page).then(([first]) => first), PATIENT).toBe('Song 1');

    await page
      .getByRole('navigation', { name: 'Order of the list' })
      .getByRole('link', { name: 'Name' })
      .click();
    await page.getByRole('link', { name: 'Name ascending' }).click();
    await expect.poll(() => names(page).then(([first]) => first), PATIENT).toBe('Song 99');
  });

  test('sees the list change, and why, when the flag changes', async () => {
    const [tester, anonymous] = [await open('/?groups=beta_testers', MOVING), await open('/', MOVING)];
    await expect.poll(() => tracksOf(tester), PATIENT).toBe(50);
    await expect.poll(() => site.streams.counts().open, PATIENT).toBe(2);

    site.changeFlag({ on: false });
    await expect.poll(() => tracksOf(tester), PATIENT).toBe(10);
    await expect
      .poll(() => tester.getByRole('status').first().textContent(), PATIENT)
      .toBe('Your list has changed. The flag “progressive-rollout” is off, so everyone gets the top 10.');
    expect(await tester.getByRole('complementary').textContent()).toContain('{"kind": "OFF"}');

    await expect
      .poll(() => anonymous.getByRole('complementary').textContent(), PATIENT)
      .toContain('{"kind": "OFF"}');
    expect(await anonymous.locator('#told').isVisible()).toBe(false);

    site.changeFlag({ fallthrough: { variation: 0 } });
    await expect.poll(() => tracksOf(anonymous), PATIENT).toBe(50);
    await tester.getByRole('button', { name: 'Close' }).click();
    expect(await tester.locator('#told').isVisible()).toBe(false);
  });

  test('who is somebody else now hears as that one', async () => {
    const page = await open('/');
    await listenAs(page, { Country: 'DE' });
    await page.getByText('Listening as DE').waitFor();
    site.changeFlag({
      rules: [{ clauses: [{ attribute: 'country', op: 'in', values: ['DE'] }], variation: 0 }],
    });
    await expect.poll(() => tracksOf(page), PATIENT).toBe(50);
  });

  test('plays, skips and likes', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Play Song 2' }).click();
    await page.getByText('On the deck').waitFor();
    await page.getByRole('button', { name: 'Skip' }).click();
    await expect.poll(() => page.locator('#deck strong').textContent(), PATIENT).toBe('Song 3');
    await page.getByRole('button', { name: 'Like Song 5' }).click();
    await page.getByRole('button', { name: 'Like Song 5', pressed: true }).waitFor();
    const engagement = site.tracked.map(({ eventKey }) => eventKey).filter((key) => key !== 'page-load');
    expect(engagement).toEqual(['play', 'skip', 'like']);
  });

  test('takes a name, a country and a plan, sees the key of its own, and is anonymous again', async () => {
    const page = await open();
    const name = () =>
      page.getByRole('form', { name: 'Who is listening' }).getByRole('paragraph').textContent();
    const key = /^Listening as anonymous\s+key ([\w-]{22})$/.exec((await name()) ?? '')?.[1];
    expect(key).toBeDefined();
    await listenAs(page, { Country: 'DE', Plan: 'premium' });
    await expect.poll(name, PATIENT).toMatch(new RegExp(`^Listening as DE, premium\\s+key ${key}$`));
    await listenAs(page, { Name: 'alice' });
    await expect.poll(name, PATIENT).toMatch(/^Listening as alice, DE, premium\s+key alice$/);
    await page.getByRole('button', { name: 'Anonymous' }).click();
    await expect.poll(name, PATIENT).toContain(`key ${key}`);
  });

  test('keeps the page and says so while the server is away, and goes on when it is back', async () => {
    const page = await open();
    await page.route('**/*', (route) => route.abort());
    await page.getByRole('button', { name: 'Like Song 5' }).click();
    const told = page.getByText('DJ Toggle cannot be reached. This page stays as it is.');
    await told.waitFor();
    await page.getByRole('button', { name: 'Beta tester' }).click();
    await told.waitFor();
    expect(await tracksOf(page)).toBe(10);
    await page.unroute('**/*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => tracksOf(page), PATIENT).toBe(50);
    expect(await told.isVisible()).toBe(false);
    for (const one of opened) one.complaints.splice(0);
  });

  test('sees the full crate by itself when the database works again', async () => {
    await site.close();
    site = await startSite();
    site.playlists.breakWith(new Error('disk I/O error'));
    const page = await open('/?groups=beta_testers');
    await page.getByText('The full crate cannot be opened right now').waitFor();
    expect(await page.locator('.because').textContent()).toContain('its database failed');
    site.playlists.breakWith(undefined);
    await expect.poll(() => tracksOf(page), PATIENT).toBe(50);
    expect(await page.getByRole('alert').count()).toBe(0);
    site.takeLog();
  });

  test.each([
    ['/', 1280, 720, 4],
    ['/?groups=beta_testers', 1280, 720, 4],
    ['/', 390, 844, 2],
    ['/?groups=beta_testers', 390, 844, 2],
  ])('sees at %s with %d × %d px at least %d whole rows', async (path, width, height, least) => {
    const page = await open(path, { viewport: { width, height } });
    const whole = await page
      .locator('.track')
      .evaluateAll(
        (rows, bottom) => rows.filter((row) => row.getBoundingClientRect().bottom <= bottom).length,
        height,
      );
    expect(whole).toBeGreaterThanOrEqual(least);
    expect(await page.locator('.because').isVisible()).toBe(true);
  });

  test('does all of it without JavaScript', async () => {
    const page = await open('/', { javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Beta tester' }).click();
    await expect.poll(() => tracksOf(page), PATIENT).toBe(50);
    await listenAs(page, { Country: 'DE' });
    await page.getByText('Listening as a beta tester, DE').waitFor();
    await page.getByRole('searchbox').fill('Song 117');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(() => tracksOf(page), PATIENT).toBe(1);
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByRole('link', { name: 'Next' }).click();
    await expect.poll(() => names(page).then(([first]) => first), PATIENT).toBe('Song 51');
    await page.getByRole('button', { name: 'Like Song 52' }).click();
    await page.getByRole('button', { name: 'Like Song 52', pressed: true }).waitFor();
    expect(site.tracked).toHaveLength(1);
  });

  test('reaches everything by keyboard, the tracks first of all by a link', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the tracks');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Play Song 1');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByText('On the deck').waitFor();
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Play Song 1');
  });

  test.each([
    ['/', 320],
    ['/?groups=beta_testers&user=a-listener-with-a-rather-long-name@a-rather-long-domain.example', 320],
    ['/?groups=beta_testers&q=nothing-at-all-that-could-ever-match-anything-in-here', 320],
    ['/', 1440],
    ['/', 3840],
  ])('reads %s at %d px without scrolling sideways, and hits every button', async (path, width) => {
    const page = await open(path, { viewport: { width, height: 900 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const small = await page
      .locator('button:visible, select:visible, input:visible, .sorts a')
      .evaluateAll((elements) =>
        elements
          .map((element) => ({ name: element.outerHTML.slice(0, 60), box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
          .map(({ name }) => name),
      );
    expect(small).toEqual([]);
  });

  test('sees titles that look like code as text, forty at once', async () => {
    const titles = [...payloads('alert(1)'), ...payloads('alert`1`')];
    expect(titles.length).toBeGreaterThanOrEqual(40);
    const smuggled = openFilePlaylists(
      titles.map((title, index) =>
        inventedTrack(index, { track_name: title, artist: `${title} ${index}`, album_name: title }),
      ),
    );
    onTestFinished(() => smuggled.close());
    await site.close();
    site = await startSite({ topTen: smuggled.topTen, fullPlaylist: smuggled.fullPlaylist });
    const page = await open(`/?groups=beta_testers&user=${encodeURIComponent(titles[0] ?? '')}`);
    expect((await names(page)).map((name) => name.trim())).toEqual(titles);
    await page.getByRole('button', { name: 'Play' }).first().click();
    await page.getByText('On the deck').waitFor();
    expect(await page.locator('#deck strong').textContent()).toBe(titles[0]);
  });

  test('is not shaken while the page loads', async () => {
    const page = await open();
    const shift = await page.evaluate(`new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) sum += value;
      }).observe({ type: 'layout-shift', buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
    })`);
    expect(shift).toBeLessThan(0.01);
  });
});

/** Fills in the panel of the strip and sends it. */
async function listenAs(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.getByText('Someone else').click();
  for (const [label, value] of Object.entries(fields)) {
    const field = page.getByLabel(label, { exact: true });
    if (label === 'Name') await field.fill(value);
    else await field.selectOption(value);
  }
  await page.getByRole('button', { name: 'Listen', exact: true }).click();
}

/** Ways to smuggle a script into markup, attributes, addresses and templates. The browser fails the test if one runs. */
function payloads(script: string): readonly string[] {
  return [
    `</script><script>${script}</script>`,
    `<script>${script}</script>`,
    `<ScRiPt>${script}</sCrIpT>`,
    `<img src=x onerror=${script}>`,
    `<img src=x onerror=${script}//`,
    `<svg onload=${script}>`,
    `"><svg/onload=${script}>`,
    `'><svg/onload=${script}>`,
    `" autofocus onfocus=${script} x="`,
    `' autofocus onfocus=${script} x='`,
    `<iframe srcdoc="<script>${script}</script>">`,
    `<a href="javascript:${script}">x</a>`,
    `javascript:${script}`,
    `<details open ontoggle=${script}>`,
    `<math><mtext></textarea><img src=x onerror=${script}>`,
    `</title><script>${script}</script>`,
    `</option></select><img src=x onerror=${script}>`,
    `<!--><img src=x onerror=${script}>-->`,
    `&lt;script&gt;${script}&lt;/script&gt;`,
    `{{constructor.constructor("${script}")()}}`,
    `<%= ${script} %>`,
    `\u003cscript\u003e${script}`,
  ];
}
