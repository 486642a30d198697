import { basicLogger, init, integrations, type LDContext } from '@launchdarkly/node-server-sdk';
import { DEFAULT, loaded, type Engine } from '../engine.ts';
import { launchDarklyFlags, launchDarklySegments } from '../scenarios.ts';

export const launchDarkly: Engine = {
  name: 'LaunchDarkly',
  load: async (scenario, count) => {
    // The SDK's own data source for flags that are there already; it reads nothing from a network.
    const data = new integrations.TestData();
    for (const segment of Object.values(launchDarklySegments()))
      void data.usePreconfiguredSegment({ ...segment });
    for (const flag of Object.values(launchDarklyFlags(scenario, count)))
      void data.usePreconfiguredFlag({ ...flag });
    const client = init('sdk-benchmark', {
      updateProcessor: data.getFactory(),
      sendEvents: false,
      diagnosticOptOut: true,
      logger: basicLogger({ level: 'none' }),
    });
    await client.waitForInitialization({ timeout: 30 });
    return loaded<LDContext, boolean>(count, {
      contextOf: ({ key, country, plan, email }) => ({ kind: 'user', key, country, plan, email }),
      evaluate: (key, context): Promise<boolean> => client.variation(key, context, DEFAULT),
      isTrue: (answer) => answer,
      evaluateAll: async (context) => Object.keys((await client.allFlagsState(context)).allValues()).length,
      close: () => {
        client.close();
      },
      isAsync: true,
    });
  },
};
