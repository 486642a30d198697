import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../../support/dashboard-client.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

describe('the list of flags', () => {
  test('without flags it says what will be here, and how', async () => {
    const app = await startDashboard({ flags: {} });
    const text = textOf((await (await loggedIn(app, 'operator')).get('/dashboard')).html);
    expect(text).toContain('No flags yet');
    expect(text).toContain('Create the first flag');
  });

  test('many flags come in pages, the site’s own first, and can be found', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `flag-${String(index).padStart(2, '0')}`);
    const flags = Object.fromEntries(
      [...names, 'progressive-rollout'].map((key) => [key, { ...PROGRESSIVE_ROLLOUT, key }]),
    );
    const app = await startDashboard({ flags });
    const client = await loggedIn(app, 'viewer');
    const seen: string[] = [];
    for (let next: string | undefined = '/dashboard'; next !== undefined;) {
      const { html } = await client.get(next);
      seen.push(...[...html.matchAll(/data-flag="([^"]+)"/g)].map(([, key]) => key ?? ''));
      next = /href="([^"]+)">More flags</.exec(html)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(['progressive-rollout', ...names]);
    const found = await client.get('/dashboard?q=FLAG-4');
    expect(textOf(found.html)).toContain('5 of 46 flags');
    expect(textOf((await client.get('/dashboard?q=nothing')).html)).toContain('No flag matches');
  });
});
