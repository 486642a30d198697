import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';

describe('finding anything', () => {
  test.each([
    ['', 'href="/dashboard/segments"'],
    ['rollout', 'href="/dashboard/flags/progressive-rollout"'],
    ['AUDIT check', 'href="/dashboard/audit"'],
    ['create flag', 'href="/dashboard/new-flag"'],
  ])('“%s” finds %s', async (q, link) => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    const { html } = await client.get(`/dashboard/find?q=${encodeURIComponent(q)}`);
    expect(html.slice(html.indexOf('id="found"'))).toContain(link);
  });

  test('what fits nothing says so, and markup stays text', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    const { html } = await client.get('/dashboard/find?q=%3Cscript%3E');
    expect(textOf(html)).toContain('Nothing fits');
    expect(html).toContain('value="&lt;script&gt;"');
  });

  test('of hundreds of flags the first are shown, with how many more there are', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'operator');
    for (let nth = 0; nth < 30; nth += 1) {
      await client.post('/dashboard/flags', { key: `checkout-${nth}`, description: '' });
    }
    const text = textOf((await client.get('/dashboard/find?q=checkout')).html);
    expect(text).toContain('And 18 more');
  });
});
