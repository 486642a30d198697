import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const FLAG = '/dashboard/flags/progressive-rollout';

/** Every page of the program by its view; `{webhook}` and `{at}` are known only at run time. */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  site: [
    '/',
    '/?groups=beta_testers',
    '/?groups=beta_testers&q=nothing-at-all',
    '/?groups=beta_testers&deck=stale&cursor=stale',
  ],
  floor: ['/floor'],
  answers: ['/floor/answers'],
  walkthrough: ['/walkthrough', '/walkthrough/presenter'],
  audience: ['/walkthrough/audience'],
  error: ['/?country=nowhere', '/nowhere'],
  'dashboard-flags': ['/dashboard', '/dashboard?q=nothing-at-all'],
  'dashboard-flag': [FLAG],
  'dashboard-targeting': [`${FLAG}/targeting`],
  'dashboard-settings': [`${FLAG}/settings`],
  'dashboard-live': [`${FLAG}/live`],
  'dashboard-history': [`${FLAG}/history`],
  'dashboard-code': [`${FLAG}/code`],
  'dashboard-release': [`${FLAG}/release`, '/dashboard/flags/new-search/release'],
  'dashboard-release-plan': [`${FLAG}/release/plan?template=cautious`],
  'dashboard-experiment': [`${FLAG}/experiment`],
  'dashboard-delete': [`${FLAG}/delete`],
  'dashboard-deleted-flag': ['/dashboard/flags/gone'],
  'dashboard-find': ['/dashboard/find?q=progressive'],
  'dashboard-new-flag': ['/dashboard/new-flag'],
  'dashboard-audit': ['/dashboard/audit'],
  'dashboard-change-details': ['/dashboard/audit/1'],
  'dashboard-who': [
    '/dashboard/who?flag=progressive-rollout',
    '/dashboard/who?flag=new-search&at={at}&context={"kind":"user","key":"bob"}',
  ],
  'dashboard-segments': ['/dashboard/segments'],
  'dashboard-segment': ['/dashboard/segments/staff'],
  'dashboard-schedules': ['/dashboard/schedules'],
  'dashboard-environments': ['/dashboard/environments'],
  'dashboard-compare': ['/dashboard/environments/compare?from=staging'],
  'dashboard-webhooks': ['/dashboard/webhooks'],
  'dashboard-webhook': ['/dashboard/webhooks/{webhook}'],
  'dashboard-keys': ['/dashboard/keys'],
  'dashboard-configuration': ['/dashboard/settings'],
  'dashboard-trouble': ['/dashboard/nowhere'],
  'dashboard-transfer': ['/dashboard/transfer'],
  'dashboard-import': ['/dashboard/transfer'],
  'dashboard-login': ['/dashboard/login'],
};

/** Pages without a view. */
const OTHER_PAGES = ['/docs/errors'];

/** Views of pages that are not there. */
export const REFUSALS = new Set(['error', 'dashboard-trouble', 'dashboard-deleted-flag']);

export const everyPage = (): readonly (readonly [view: string, path: string])[] => [
  ...Object.entries(PAGES).flatMap(([view, paths]) => paths.map((path) => [view, path] as const)),
  ...OTHER_PAGES.map((path) => ['', path] as const),
];

/** What a page needs before it is the page of its view: the preview of an import is no address. */
export async function preparePage(page: Page, view: string): Promise<void> {
  if (view === 'dashboard-import') await previewImport(page);
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

/** What `{webhook}` and `{at}` stand for. */
export type Placeholders = Readonly<Record<'webhook' | 'at', string>>;

export const pathOf = (path: string, known: Placeholders): string =>
  path.replace('{webhook}', known.webhook).replace('{at}', known.at);

/** The program to put things into: its address, its data folder, and what a request needs to be let in. */
export interface StockedProgram {
  readonly url: string;
  readonly dataDir: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const idSchema = z.object({ id: z.string() });

/** Puts something on every page: a segment, a schedule, a webhook, a release under way, an experiment with a history. */
export async function stockPages({ url, dataDir, headers = {} }: StockedProgram): Promise<Placeholders> {
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was ${response.status}: ${text}`);
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
  await send('POST', '/flags', { flag_name: 'new-search', status: true, rollout_percentage: 5 });
  const stages = [5, 25, 50, 100].map((share) => ({ share, hold: '1h' }));
  await send('POST', '/releases', { flag: 'new-search', from: 1, to: 0, stages });
  await addExperiment(send, dataDir);
  const webhook = z.object({ webhook: idSchema });
  return {
    webhook: webhook.parse(await send('POST', '/webhooks', { url: 'http://127.0.0.1:9/' })).webhook.id,
    at: new Date(Date.now() + 2.5 * 3_600_000).toISOString(),
  };
}

/** An experiment whose history was measured on another day. */
async function addExperiment(
  send: (method: string, path: string, body?: object) => Promise<unknown>,
  dataDir: string,
): Promise<void> {
  const design = {
    name: 'Do people play more?',
    flag_name: 'progressive-rollout',
    rule: 'default',
    control: { variation: 1, name: 'Top 10' },
    treatments: [{ variation: 0, name: 'Full list' }],
    primary_metric: 'play',
    other_metrics: ['like'],
    planned_units: 5_000,
  };
  await send('PUT', '/flags/progressive-rollout', { rollout_percentage: 50 });
  const { id } = idSchema.parse(await send('POST', '/experiments', design));
  await send('POST', `/experiments/${id}/start`, {});
  const database = new BetterSqlite3(join(dataDir, 'dj-toggle.db'));
  const insert = database.prepare('insert into experiment_history values (?, ?, ?, ?, ?, ?, ?, ?)');
  const start = Date.now() - 86_400_000;
  database.transaction(() => {
    for (const metric of [0, 1])
      for (let point = 0; point < 96; point += 1) {
        const half = 0.9 / Math.sqrt(1 + point);
        const effect = 0.1 + 0.4 * half * Math.sin(point / 5 + metric);
        const row = [40 * (point + 1), effect, effect - half, effect + half];
        insert.run(id, start + point * 900_000, metric, 0, ...row);
      }
  })();
  database.close();
}
