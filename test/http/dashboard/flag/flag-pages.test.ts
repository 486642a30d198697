import { expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';
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
