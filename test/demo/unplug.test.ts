import { expect, onTestFinished, test } from 'vitest';
import { progressiveRollout } from '../support/progressive-rollout.ts';
import { startLaunchDarklyStub } from '../support/launchdarkly-stub.ts';
import { startApp } from '../support/running-app.ts';

const SDK_KEY = 'sdk-of-the-unplugged-talk';

test('pulling the plug changes the source of the flags and no page, and plugging in changes it back', async () => {
  const stub = await startLaunchDarklyStub({ sdkKey: SDK_KEY, flags: [progressiveRollout()] });
  onTestFinished(() => stub.close());
  const app = await startApp({
    AUTH: 'off',
    LD_SDK_KEY: SDK_KEY,
    LD_BASE_URI: stub.endpoints.baseUri,
    LD_STREAM_URI: stub.endpoints.streamUri,
    LD_EVENTS_URI: stub.endpoints.eventsUri,
  });
  const page = async (): Promise<readonly unknown[]> => {
    const response = await fetch(`${app.url}/api/playlist?groups=beta_testers`);
    const { flag, version } = (await response.json()) as { flag: { source: string }; version: string };
    return [response.status, version, flag.source];
  };
  const pull = async (action: string): Promise<void> => {
    const html = await (await fetch(`${app.url}/floor/answers`)).text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const response = await fetch(`${app.url}/floor/answers/launchdarkly`, {
      method: 'POST',
      headers: { origin: app.url },
      body: new URLSearchParams({ csrf, action }),
      redirect: 'manual',
    });
    expect(response.status).toBe(303);
  };

  await expect.poll(page).toEqual([200, expect.any(String), 'launchdarkly']);
  const [, version] = await page();
  await pull('unplug');
  expect(await page()).toEqual([200, version, 'last-known-good']);
  const html = await (await fetch(`${app.url}/floor/answers`)).text();
  expect(html).toContain('LaunchDarkly is not available: it was unplugged for this demo');
  await pull('plug');
  expect(await page()).toEqual([200, version, 'launchdarkly']);
});
