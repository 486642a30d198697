import { expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

async function ask(query: Readonly<Record<string, string>>) {
  const other = { ...PROGRESSIVE_ROLLOUT, key: 'other', on: false };
  const app = await startDashboard({ flags: { 'progressive-rollout': PROGRESSIVE_ROLLOUT, other } });
  const client = await loggedIn(app, 'viewer');
  const { html, status } = await client.get(`/dashboard/who?${new URLSearchParams(query).toString()}`);
  return { html, status, text: textOf(html) };
}

test('a context gets every flag’s value, with what decided', async () => {
  const context = JSON.stringify({ kind: 'user', key: 'bob', groups: ['beta_testers'] });
  const { text } = await ask({ context });
  expect(text).toContain('other false the flag is off Explain other');
  expect(text).toContain('progressive-rollout true rule 1 Explain progressive-rollout');
});

test('one flag is explained step by step, at an address that can be shared', async () => {
  const context = JSON.stringify({ kind: 'user', key: 'bob' });
  const { html } = await ask({ context });
  const link = /href="([^"]+)">Explain<span class="unseen"> progressive-rollout/.exec(html)?.[1] ?? '';
  const address = new URL(link.replaceAll('&amp;', '&'), 'http://here.invalid');
  const { html: explained } = await ask(Object.fromEntries(address.searchParams));
  expect(explained).toContain('id="explained"');
  expect(explained).toContain('<ol class="explanation">');
});

test.each([
  ['{', 'This is not JSON'],
  ['[]', 'This is not a context'],
  ['{"kind":"user"}', 'This is not a context'],
])('%s is refused in words, and stays in the field', async (context, problem) => {
  const { html, text, status } = await ask({ context });
  expect(status).toBe(200);
  expect(text).toContain(problem);
  expect(html).toContain('aria-invalid="true"');
});

test('hostile attributes are shown as text', async () => {
  const context = JSON.stringify({ kind: 'user', key: '</textarea><script>alert(1)</script>' });
  expect((await ask({ context, flag: 'progressive-rollout' })).html).not.toContain('<script>alert');
});
