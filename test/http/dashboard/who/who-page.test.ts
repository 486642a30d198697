import { expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
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

test('at a time to come the plan of the release decides, in sentences and with its stages to look at', async () => {
  const app = await startDashboard();
  const client = await loggedIn(app, 'operator');
  const start = { template: 'standard', from: 1, to: 0 };
  await client.post('/dashboard/flags/progressive-rollout/release', start);
  const [release] = await app.releases.releases.list({ environment: DEFAULT_ENVIRONMENT, limit: 1 });
  await app.releases.engine.command(release!.id, { kind: 'start', by: 'Ana' });
  const show = async (more: Readonly<Record<string, string>>) => {
    const query = { context: '{"kind":"user","key":"bob"}', flag: 'progressive-rollout', ...more };
    return client.get(`/dashboard/who?${new URLSearchParams(query).toString()}`);
  };
  const now = await show({});
  expect(textOf(now.html)).toContain('progressive-rollout false the default rule');
  expect(textOf(now.html)).toMatch(/By the plan of its release this context gets true from .+ on\./);
  const stages = [...now.html.matchAll(/<a href="([^"]+at=[^"]+#explained)">100 % from/g)];
  const last = await client.get(stages[0]![1]!.replaceAll('&amp;', '&'));
  expect(textOf(last.html)).toContain('then serves the new version to 100 %');
  expect(textOf(last.html)).toContain('progressive-rollout true the default rule');
  const link = /href="([^"]+)">Link to these answers/.exec(last.html)?.[1] ?? '';
  expect(link).toContain('at=');
  expect((await client.get(link.replaceAll('&amp;', '&'))).html).toContain('id="then-title"');
});

test.each([
  ['2001-01-01T00:00', 'Expected a time to come'],
  ['tomorrow', 'Expected a date and a time; got tomorrow.'],
  ['2031-02-40T00:00', 'Expected a date and a time'],
])('the time %s is refused in words, and the answers are those of now', async (at, problem) => {
  const { text, html } = await ask({ at });
  expect(text).toContain(problem);
  expect(html).not.toContain('id="then-title"');
  expect(text).toContain('progressive-rollout true rule 1');
});
