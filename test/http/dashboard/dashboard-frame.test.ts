import { describe, expect, test } from 'vitest';
import { startDashboard } from '../../support/dashboard-app.ts';
import { loggedIn, textOf } from '../../support/dashboard-client.ts';

describe('the frame of a page', () => {
  test('the flash is said by code, and only for flags that exist', async () => {
    const app = await startDashboard();
    const client = await loggedIn(app, 'viewer');
    const flash = async (query: string) =>
      /id="flash" role="status">([^<]*)</.exec((await client.get(`/dashboard?${query}`)).html)?.[1];
    expect(await flash('done=on&flag=progressive-rollout')).toBe('progressive-rollout is on.');
    expect(await flash('done=on&flag=Buy-now')).toBe('The flag is on.');
    expect(await flash('done=buy-now')).toBe('');
    expect(await flash('done=constructor')).toBe('');
  });

  test.each([
    ['launchdarkly', 'The site’s flags come from LaunchDarkly, not from here.'],
    ['last-known-good', 'The site uses the last flags that LaunchDarkly sent'],
    ['default', 'No flag source answers'],
  ] as const)('says so when the flags come from %s', async (source, words) => {
    const app = await startDashboard({ flagStatus: () => ({ source, detail: 'In other words.' }) });
    const text = textOf((await (await loggedIn(app, 'viewer')).get('/dashboard')).html);
    expect(text).toContain(words);
    expect(text).toContain('In other words.');
    if (source !== 'default') expect(text).toContain('start DJ Toggle without LD_SDK_KEY');
  });
});
