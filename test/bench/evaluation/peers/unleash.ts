import { InMemStorageProvider, Unleash, type Context } from 'unleash-client';
import { DEFAULT, loaded, type Engine } from '../engine.ts';
import {
  MISSED_RULES,
  clauseCountries,
  flagKeys,
  missedRule,
  rolloutPercent,
  segmentCountries,
  segmentNumber,
  segmentNumbers,
  targetKeys,
  type Scenario,
} from '../scenarios.ts';

const isIn = (contextName: string, values: readonly string[], inverted = false): object => ({
  contextName,
  operator: 'IN',
  values,
  inverted,
});

const everybody = (constraints: object[], segments?: number[]): object => ({
  name: 'default',
  parameters: {},
  constraints,
  ...(segments === undefined ? {} : { segments }),
});

function strategies(scenario: Scenario, key: string, flag: number): object[] {
  switch (scenario) {
    case 'off':
    case 'on':
      return [everybody([])];
    case '10 targets':
      return [{ name: 'userWithId', parameters: { userIds: targetKeys(flag).join(',') }, constraints: [] }];
    case 'clause':
      return [everybody([isIn('country', clauseCountries(flag))])];
    case '5 rules missed':
      return Array.from({ length: MISSED_RULES }, (_, index) => {
        const { countries, plan } = missedRule(flag, index);
        return everybody([isIn('country', countries, true), isIn('plan', [plan])]);
      });
    case 'rollout':
      return [
        {
          name: 'flexibleRollout',
          parameters: { rollout: String(rolloutPercent(flag)), stickiness: 'userId', groupId: key },
          constraints: [],
        },
      ];
    case 'segment':
      return [everybody([], [segmentNumber(flag) + 1])];
  }
}

export const unleash: Engine = {
  name: 'Unleash',
  load: async (scenario, count) => {
    const features = flagKeys(count).map((name, flag) => ({
      name,
      enabled: scenario !== 'off',
      strategies: strategies(scenario, name, flag),
    }));
    const client = new Unleash({
      appName: 'benchmark',
      url: 'http://127.0.0.1:9/api',
      refreshInterval: 0,
      disableMetrics: true,
      skipInstanceCountWarning: true,
      storageProvider: new InMemStorageProvider(),
      bootstrap: {
        data: features,
        segments: segmentNumbers().map((number) => ({
          id: number + 1,
          constraints: [isIn('country', segmentCountries(number))],
        })),
      } as unknown as NonNullable<ConstructorParameters<typeof Unleash>[0]['bootstrap']>,
    });
    client.on('error', () => undefined);
    client.on('warn', () => undefined);
    await new Promise<void>((resolve) => {
      client.once('ready', resolve);
    });
    return loaded<Context, boolean>(count, {
      contextOf: ({ key, country, plan, email }) => ({ userId: key, properties: { country, plan, email } }),
      evaluate: (key, context) => client.isEnabled(key, context, DEFAULT),
      isTrue: (answer) => answer,
      close: () => client.destroy(),
    });
  },
};
