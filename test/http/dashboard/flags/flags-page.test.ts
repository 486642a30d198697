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

  test('many flags come in pages, by name, and can be found', async () => {
    const names = Array.from({ length: 110 }, (_, index) => `flag-${String(index).padStart(3, '0')}`);
    const flags = Object.fromEntries(
      [...names, 'progressive-rollout'].map((key) => [key, { ...PROGRESSIVE_ROLLOUT, key }]),
    );
    const app = await startDashboard({ flags });
    const client = await loggedIn(app, 'viewer');
    const seen: string[] = [];
    for (let next: string | undefined = '/dashboard'; next !== undefined;) {
      const { html } = await client.get(next);
      seen.push(...[...html.matchAll(/<tr data-flag="([^"]+)"/g)].map(([, key]) => key ?? ''));
      next = /href="([^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual([...names, 'progressive-rollout']);
    const found = await client.get('/dashboard?q=FLAG-10');
    expect(textOf(found.html)).toContain('10 flags');
    expect(textOf((await client.get('/dashboard?q=nothing')).html)).toContain('No flag matches');
  });

  test('a page of 2,000 flags is under 150 kB before compression', async () => {
    const flags = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, index) => {
        const key = `flag-${index}`;
        return [key, { ...PROGRESSIVE_ROLLOUT, key }];
      }),
    );
    const app = await startDashboard({ flags });
    const client = await loggedIn(app, 'operator');
    const { html } = await client.get('/dashboard');
    expect(textOf(html)).toContain('1–50 of 2,000 flags');
    expect(Buffer.byteLength(html)).toBeLessThan(150_000);
  });
});
