import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startApp, type RunningApp } from './support/running-app.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const SDK_KEY = 'sdk-of-the-first-instance-0123456789';
const ADMIN_TOKEN = 'token-of-the-first-instance-0123456789';

/** A port that was free a moment ago, for a service that goes and comes back at the same address. */
async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return String(typeof address === 'object' && address !== null ? address.port : 0);
}

async function answerOf({
  url,
}: RunningApp): Promise<{ version: string; flag: { source: string; value: boolean } }> {
  const response = await fetch(`${url}/api/playlist?user=carol`);
  expect(response.status).toBe(200);
  return (await response.json()) as { version: string; flag: { source: string; value: boolean } };
}

async function setRollout({ url }: RunningApp, percentage: number): Promise<void> {
  const response = await fetch(`${url}/flags/progressive-rollout`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ rollout_percentage: percentage }),
  });
  expect(response.status).toBe(200);
}

const settlesOn = async (app: RunningApp, expected: object): Promise<void> => {
  await expect.poll(() => answerOf(app), { timeout: 15_000, interval: 20 }).toMatchObject(expected);
};

describe('DJ Toggle as its own LaunchDarkly', () => {
  test('a second instance follows the first, goes on without it, and follows it again', async () => {
    const dataDir = temporaryFolder();
    const port = await freePort();
    const startFirst = (): Promise<RunningApp> =>
      startApp({ DATA_DIR: dataDir, PORT: port, SDK_KEY, ADMIN_TOKEN });
    const address = `http://127.0.0.1:${port}`;

    const first = await startFirst();
    const second = await startApp(
      { LD_SDK_KEY: SDK_KEY, LD_BASE_URI: address, LD_STREAM_URI: address, LD_EVENTS_URI: address },
      { launchdarkly: { streamInitialReconnectDelay: 0.05 } },
    );
    await settlesOn(second, { version: 'json', flag: { source: 'launchdarkly', value: false } });

    await setRollout(first, 100);
    await settlesOn(second, { version: 'database', flag: { source: 'launchdarkly', value: true } });

    await first.stop();
    await settlesOn(second, { version: 'database', flag: { source: 'last-known-good', value: true } });

    const again = await startFirst();
    await settlesOn(second, { version: 'database', flag: { source: 'launchdarkly', value: true } });
    await setRollout(again, 0);
    await settlesOn(second, { version: 'json', flag: { source: 'launchdarkly', value: false } });
    expect(await answerOf(again)).toMatchObject({ version: 'json', flag: { source: 'local', value: false } });
  });
});
