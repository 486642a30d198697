import { basicLogger, init, integrations } from '@launchdarkly/node-server-sdk';
import { DEFAULT, asyncLoop, type Engine } from '../engine.ts';
import { LISTENERS, flagKeys, launchDarklyFlags, launchDarklySegment } from '../scenarios.ts';

export const launchDarkly: Engine = {
  name: 'LaunchDarkly',
  load: async (scenario, count) => {
    // The SDK's own data source for flags that are there already; it reads nothing from a network.
    const data = new integrations.TestData();
    void data.usePreconfiguredSegment({ ...launchDarklySegment });
    for (const flag of Object.values(launchDarklyFlags(scenario, count)))
      void data.usePreconfiguredFlag({ ...flag });
    const client = init('sdk-benchmark', {
      updateProcessor: data.getFactory(),
      sendEvents: false,
      diagnosticOptOut: true,
      logger: basicLogger({ level: 'none' }),
    });
    await client.waitForInitialization({ timeout: 30 });
    const contexts = LISTENERS.map((listener) => ({ kind: 'user', ...listener }));
    const keys = flagKeys(count);
    const ask = (flag: number, listener: number): Promise<boolean> =>
      client.variation(keys[flag]!, contexts[listener]!, DEFAULT);
    return {
      ask,
      run: asyncLoop(ask),
      all: async (listener) =>
        Object.keys((await client.allFlagsState(contexts[listener]!)).allValues()).length,
      close: () => {
        client.close();
      },
    };
  },
};
