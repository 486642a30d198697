import { expect, test } from 'vitest';
import { codeSnippets } from '../../../../src/http/dashboard/flag/code-snippets.ts';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const URL = 'https://flags.example';

test('each snippet asks this server for this flag, with the off variation as the fallback', () => {
  const snippets = codeSnippets({ ...PROGRESSIVE_ROLLOUT, variations: ['neon', 'plain'] }, URL);
  for (const { id, code } of snippets) {
    expect(code, id).toContain(URL);
    expect(code, id).toContain('progressive-rollout');
    if (id !== 'curl') expect(code, id).toContain('"plain"');
  }
});

test.each([
  [[true, false], 'BoolVariation'],
  [['a', 'b'], 'StringVariation'],
  [[1, 2], 'Float64Variation'],
  [[{}, 2], 'JSONVariation'],
])('variations %j are asked for by %s in Go', (variations, method) => {
  const go = codeSnippets({ ...PROGRESSIVE_ROLLOUT, variations }, URL).find(({ id }) => id === 'go');
  expect(go?.code).toContain(method);
});

test('the page says which programs do not receive the flag', async () => {
  const app = await startDashboard();
  const { html } = await (await loggedIn(app, 'viewer')).get('/dashboard/flags/progressive-rollout/code');
  expect(textOf(html)).toContain('Browser SDKs do not receive this flag');
  expect(html).toContain(app.url);
});
