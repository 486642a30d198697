import { describe, expect, onTestFinished, test } from 'vitest';
import {
  startLaunchDarklyStub,
  type LaunchDarklyStub,
  type StubCondition,
} from '../support/launchdarkly-stub.ts';
import { startPageReaders } from '../support/page-readers.ts';
import { progressiveRollout } from '../support/progressive-rollout.ts';
import { startApp, type RunningApp } from '../support/running-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SDK_KEY = 'sdk-00000000-1111-2222-3333-444444444444';

const sourceOf = async ({ url }: RunningApp): Promise<string> => {
  const answer = (await (await fetch(`${url}/api/playlist`)).json()) as { flag: { source: string } };
  return answer.flag.source;
};

const comesFrom = async (app: RunningApp, source: string): Promise<void> => {
  await expect.poll(() => sourceOf(app), { timeout: 10_000, interval: 20 }).toBe(source);
};

async function launchDarkly(condition: StubCondition): Promise<LaunchDarklyStub> {
  const stub = await startLaunchDarklyStub({ sdkKey: SDK_KEY, flags: [progressiveRollout()], condition });
  onTestFinished(() => stub.close());
  return stub;
}

const siteOn = (stub: LaunchDarklyStub, dataDir = temporaryFolder()): Promise<RunningApp> =>
  startApp(
    {
      DATA_DIR: dataDir,
      LD_SDK_KEY: SDK_KEY,
      LD_BASE_URI: stub.endpoints.baseUri,
      LD_STREAM_URI: stub.endpoints.streamUri,
      LD_EVENTS_URI: stub.endpoints.eventsUri,
    },
    { launchdarkly: { streamInitialReconnectDelay: 0.02, retryRefusedAfterMs: 50 } },
  );

describe('no page view fails', () => {
  test.each<StubCondition>(['down', 'hanging', 'unauthorized', 'unavailable'])(
    'when LaunchDarkly is %s at the first start and then comes up',
    async (condition) => {
      const stub = await launchDarkly(condition);
      const app = await siteOn(stub);
      const readers = startPageReaders(app.url);
      expect(await sourceOf(app)).toBe('local');
      await stub.become('up');
      await comesFrom(app, 'launchdarkly');
      expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
    },
  );

  test.each<StubCondition | 'cut in mid-stream'>(['down', 'hanging', 'unauthorized', 'cut in mid-stream'])(
    'when LaunchDarkly, once up, is %s and comes back',
    async (trouble) => {
      const stub = await launchDarkly('up');
      const app = await siteOn(stub);
      const readers = startPageReaders(app.url);
      await comesFrom(app, 'launchdarkly');
      if (trouble === 'cut in mid-stream') {
        stub.cutStreams();
        await stub.become('unavailable');
      } else {
        await stub.become(trouble);
      }
      await comesFrom(app, 'last-known-good');
      await stub.become('up');
      await comesFrom(app, 'launchdarkly');
      expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
    },
  );

  test('and a restart while LaunchDarkly is unreachable serves what it said last', async () => {
    const dataDir = temporaryFolder();
    const stub = await launchDarkly('up');
    const before = await siteOn(stub, dataDir);
    await comesFrom(before, 'launchdarkly');
    await before.stop();
    await stub.become('hanging');

    const after = await siteOn(stub, dataDir);
    const readers = startPageReaders(after.url);
    expect(await sourceOf(after)).toBe('last-known-good');
    const full = await fetch(`${after.url}/api/playlist?user=alice&groups=beta_testers`);
    expect(await full.json()).toMatchObject({
      version: 'database',
      flag: { value: true, source: 'last-known-good' },
    });
    expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
  });
});
