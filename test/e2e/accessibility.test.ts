import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { launchBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { startApp, type RunningApp } from '../support/running-app.ts';

const FLAG = '/dashboard/flags/progressive-rollout';

/** Every page of the program by its view; `{webhook}` is an id that is known only at run time. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  site: [
    '/',
    '/?groups=beta_testers',
    '/?groups=beta_testers&q=nothing-at-all',
    '/?groups=beta_testers&deck=stale&cursor=stale',
  ],
  error: ['/?country=nowhere', '/nowhere', '/dashboard/nowhere'],
  'dashboard-flags': ['/dashboard', '/dashboard?q=nothing-at-all'],
  'dashboard-flag': [FLAG],
  'dashboard-targeting': [`${FLAG}/targeting`],
  'dashboard-settings': [`${FLAG}/settings`],
  'dashboard-live': [`${FLAG}/live`],
  'dashboard-history': [`${FLAG}/history`],
  'dashboard-code': [`${FLAG}/code`],
  'dashboard-release': [`${FLAG}/release`],
  'dashboard-experiment': [`${FLAG}/experiment`],
  'dashboard-delete': [`${FLAG}/delete`],
  'dashboard-deleted-flag': ['/dashboard/flags/gone'],
  'dashboard-find': ['/dashboard/find?q=progressive'],
  'dashboard-new-flag': ['/dashboard/new-flag'],
  'dashboard-audit': ['/dashboard/audit'],
  'dashboard-change-details': ['/dashboard/audit/1'],
  'dashboard-who': ['/dashboard/who?flag=progressive-rollout'],
  'dashboard-segments': ['/dashboard/segments'],
  'dashboard-segment': ['/dashboard/segments/staff'],
  'dashboard-schedules': ['/dashboard/schedules'],
  'dashboard-environments': ['/dashboard/environments'],
  'dashboard-compare': ['/dashboard/environments/compare?from=staging'],
  'dashboard-webhooks': ['/dashboard/webhooks'],
  'dashboard-webhook': ['/dashboard/webhooks/{webhook}'],
  'dashboard-keys': ['/dashboard/keys'],
  'dashboard-transfer': ['/dashboard/transfer'],
  'dashboard-import': ['/dashboard/transfer'],
  'dashboard-login': ['/dashboard/login'],
};

/** Pages without a view. */
const OTHER_PAGES = ['/docs/errors'];

/** Views of pages that are not there. */
const REFUSALS = new Set(['error', 'dashboard-deleted-flag']);

const everyPage = (): readonly (readonly [view: string, path: string])[] => [
  ...Object.entries(PAGES).flatMap(([view, paths]) => paths.map((path) => [view, path] as const)),
  ...OTHER_PAGES.map((path) => ['', path] as const),
];

const VIOLATIONS = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' ')))`;

/** Something on every page. Returns the webhook's id. */
async function stock(app: RunningApp): Promise<string> {
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(app.url + path, {
      method,
      headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
    return text === '' ? undefined : JSON.parse(text);
  };
  await send('POST', '/projects/default/environments', { key: 'staging', name: 'Staging' });
  const clauses = [{ attribute: 'email', op: 'endsWith', values: ['@example.com'] }];
  const definition = { included: ['alice'], rules: [{ clauses }] };
  await send('POST', '/segments', { segment_name: 'staff', definition });
  await send('POST', '/flags', { flag_name: 'gone' });
  await send('DELETE', '/flags/gone');
  const at = '2099-01-01T00:00:00Z';
  await send('POST', '/schedules', { flag_name: 'progressive-rollout', action: 'on', at });
  const webhook = z.object({ webhook: z.object({ id: z.string() }) });
  return webhook.parse(await send('POST', '/webhooks', { url: 'http://127.0.0.1:9/' })).webhook.id;
}

async function previewImport(page: Page): Promise<void> {
  const flag = { version: 9, on: true, variations: [1, 2], fallthrough: { variation: 5 } };
  const file = JSON.stringify({ flags: { new: flag, 'progressive-rollout': { ...flag, version: 1 } } });
  await page
    .locator('#file')
    .setInputFiles({ name: 'flags.json', mimeType: 'application/json', buffer: Buffer.from(file) });
  await page.getByRole('button', { name: 'Show what it would do' }).click();
  await page.getByRole('heading', { name: 'Import flags.json' }).waitFor();
}

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

  test.each(['dark', 'light', 'forced'] as const)(
    'axe finds nothing on any page in %s colours, 360 and 1280 px wide',
    { timeout: 300_000 },
    async (colours) => {
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const app = await startApp({ WEBHOOK_TARGETS: '127.0.0.1' });
      const webhook = await stock(app);
      const { page, context } = await openPage(browser, app.url, {
        colorScheme: colours === 'light' ? 'light' : 'dark',
        forcedColors: colours === 'forced' ? 'active' : 'none',
        reducedMotion: 'reduce',
        bypassCSP: true,
      });
      onTestFinished(() => context.close());
      await page.goto(app.app.dashboardPath);
      const found: object[] = [];
      for (const [view, path] of everyPage()) {
        const response = await page.goto(path.replace('{webhook}', webhook));
        expect({ path, isOk: response?.ok() }).toEqual({ path, isOk: !REFUSALS.has(view) });
        if (view === 'dashboard-import') await previewImport(page);
        await page.evaluate(axe);
        for (const width of [360, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          const violations: unknown = await page.evaluate(VIOLATIONS);
          if (!Array.isArray(violations) || violations.length > 0) found.push({ path, width, violations });
        }
      }
      expect(found).toEqual([]);
    },
  );
});
