import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { startLaunchDarklyStub, type LaunchDarklyStub } from '../../../support/launchdarkly-stub.ts';
import { progressiveRollout } from '../../../support/progressive-rollout.ts';
import { csrfIn, textOf } from '../../../support/dashboard-client.ts';
import { startApp, type RunningApp } from '../../../support/running-app.ts';

const SDK_KEY = 'sdk-00000000-1111-2222-3333-444444444444';
const FLAG = '/dashboard/flags/progressive-rollout';
const THERE = 'project=-launchdarkly';

const lyrics = {
  ...progressiveRollout(),
  key: 'lyrics <b>',
  targets: [{ variation: 0, values: ['ann'] }],
  rules: [{ id: 'r', clauses: [{ attribute: 'country', op: 'in' as const, values: ['DE'] }], variation: 1 }],
};

let stub: LaunchDarklyStub;
let app: RunningApp;

const get = async (path: string) => {
  const response = await fetch(app.url + path, { headers: { accept: 'text/html' }, redirect: 'manual' });
  const html = await response.text();
  return { status: response.status, html, text: textOf(html) };
};

const post = async (path: string, fields: Readonly<Record<string, string>>) => {
  const csrf = csrfIn((await get('/dashboard/keys')).html);
  const body = new URLSearchParams({ csrf, ...fields });
  const headers = { accept: 'text/html', origin: app.url };
  const response = await fetch(app.url + path, { method: 'POST', body, headers, redirect: 'manual' });
  return {
    status: response.status,
    text: textOf(await response.text()),
    location: response.headers.get('location'),
  };
};

describe('when LaunchDarkly decides the site', () => {
  beforeAll(async () => {
    stub = await startLaunchDarklyStub({ sdkKey: SDK_KEY, flags: [progressiveRollout(), lyrics] });
  });
  afterAll(() => stub.close());

  const start = async (): Promise<void> => {
    app = await startApp(
      {
        AUTH: 'off',
        DATA_DIR: temporaryFolder(),
        LD_SDK_KEY: SDK_KEY,
        LD_BASE_URI: stub.endpoints.baseUri,
        LD_STREAM_URI: stub.endpoints.streamUri,
        LD_EVENTS_URI: stub.endpoints.eventsUri,
      },
      { launchdarkly: { streamInitialReconnectDelay: 0.02, retryRefusedAfterMs: 50 } },
    );
    await expect
      .poll(async () => (await get('/dashboard')).text, { timeout: 10_000 })
      .toContain('Flags come live from LaunchDarkly.');
  };

  test('the dashboard shows its flags, read-only', async () => {
    await start();
    const list = await get('/dashboard');
    expect(list.text).toContain('These are the flags of LaunchDarkly. Here they can only be read.');
    expect(list.html).toContain('<a href="https://app.launchdarkly.com/">Change them in LaunchDarkly</a>');
    expect(list.html).toContain('lyrics &lt;b&gt;');
    expect(list.text).toContain('2 flags');
    for (const control of ['New flag', 'Add the tag', 'Latest changes', 'You can look, but']) {
      expect(list.text).not.toContain(control);
    }

    const flag = await get(`/dashboard/flags/${encodeURIComponent('lyrics <b>')}?${THERE}`);
    expect(flag.text).toContain('ann');
    expect(flag.text).toContain('country is one of DE');
    expect(flag.text).toContain('answers Flags come live from LaunchDarkly.');
    expect(flag.text).toContain('Kill switch: in LaunchDarkly');
    const buttons = flag.html.match(/<button[^>]*name="(?:change|percentage|visible)"[^>]*>/g) ?? [];
    expect(buttons.filter((button) => !button.includes('disabled'))).toEqual([]);
    expect(flag.html).not.toContain('Delete this flag');

    const who = await get(`/dashboard/who?${THERE}&flag=progressive-rollout`);
    expect(who.status).toBe(200);
    expect(who.text).toContain('These are the flags of LaunchDarkly.');

    for (const path of ['/targeting', '/settings', '/release', '/history', '/delete']) {
      expect((await get(`${FLAG}${path}?${THERE}`)).status, path).toBe(404);
    }
    const refused = await post(`${FLAG}/changes?${THERE}`, { change: 'off', version: '1' });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('and are changed in its dashboard. Nothing was changed.');
  });

  test('a change there is a change here, and what is lost is said', async () => {
    await start();
    stub.putFlag({ ...progressiveRollout(), on: false, version: 90 });
    await expect
      .poll(async () => (await get(`${FLAG}?${THERE}`)).html, { timeout: 10_000 })
      .toContain('aria-checked="false"');
    await stub.become('unavailable');
    await expect
      .poll(async () => (await get('/dashboard')).text, { timeout: 10_000 })
      .toMatch(/LaunchDarkly is not available: .*; flags are as last received at/);
    expect((await get(`${FLAG}?${THERE}`)).text).toMatch(/answers LaunchDarkly is not available/);
    await stub.become('up');
  });

  test('the flags of the embedded service are a step away, and are changed as ever', async () => {
    await start();
    const list = await get('/dashboard');
    expect(list.html).toContain('href="/dashboard?environment=production"');
    const here = await get('/dashboard?environment=production');
    expect(here.text).toContain('The site’s flags come from LaunchDarkly, not from here.');
    expect(here.html).toContain(`<a href="/dashboard?${THERE}">Show the flags of LaunchDarkly</a>`);
    expect(here.html).not.toContain('lyrics');
    const changed = await post(`${FLAG}/changes`, { change: 'off', version: '1' });
    expect(changed.status).toBe(303);
    expect(changed.location).toContain('/dashboard?environment=production&done=off');
  });
});
