import { expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { CHANGES, loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { TESTER } from '../../../support/tester.ts';

test('the page of a deleted flag says who deleted it, and can bring it back', async () => {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  const key = 'progressive-rollout';
  const author = { ...TESTER, id: 'ops', via: 'api' } as const;
  await app.store.change(author, { type: 'delete-flag', environment: DEFAULT_ENVIRONMENT, key });
  const { html, status } = await client.get(`/dashboard/flags/${key}`);
  expect(status).toBe(404);
  expect(textOf(html)).toContain(`${key} was deleted`);
  expect(textOf(html)).toContain('ops, by API, deleted the flag');
  expect(textOf(html)).toContain('Bring back');
});

test('the page says which client-side SDKs see the flag, and changes it', async () => {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  const page = async () => textOf((await client.get('/dashboard/flags/progressive-rollout')).html);
  expect(await page()).toContain('Mobile SDKs can see this flag; browser SDKs cannot.');
  const change = { change: 'client-side', back: 'flag' };
  await client.post(CHANGES, { ...change, visible: 'true', version: 1 });
  expect(await page()).toContain('Browser and mobile SDKs can see this flag. Hide it from them');
  await client.post(CHANGES, { ...change, visible: 'false', version: 2 });
  expect(await page()).toContain('Browser and mobile SDKs cannot see this flag. Show it to both');
});

test('the page counts pages, errors and slow answers of each version since the last change', async () => {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  const page = async () => textOf((await client.get('/dashboard/flags/progressive-rollout')).html);
  await fetch(`${app.url}/?groups=beta_testers`);
  await fetch(app.url);
  app.pageCounts.page(true, 900);
  app.pageCounts.error(true);
  expect(await page()).toContain('Pages since then served errors over 250 ms new 2 1 1 old 1 0 0');
  await client.post(CHANGES, { change: 'off', version: 1 });
  expect(await page()).toContain('new 0 0 0 old 0 0 0');
});
