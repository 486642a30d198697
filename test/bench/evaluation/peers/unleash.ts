import { InMemStorageProvider, Unleash } from 'unleash-client';
import { DEFAULT, loop, type Engine } from '../engine.ts';
import {
  CLAUSE_COUNTRY,
  LISTENERS,
  MISSED_RULES,
  ROLLOUT_PERCENT,
  SEGMENT_COUNTRIES,
  TARGET_KEYS,
  flagKeys,
  missedRule,
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

function strategies(scenario: Scenario, key: string): object[] {
  switch (scenario) {
    case 'off':
    case 'on':
      return [everybody([])];
    case '10 targets':
      return [{ name: 'userWithId', parameters: { userIds: TARGET_KEYS.join(',') }, constraints: [] }];
    case 'clause':
      return [everybody([isIn('country', [CLAUSE_COUNTRY])])];
    case '5 rules missed':
      return Array.from({ length: MISSED_RULES }, (_, index) => {
        const { countries, plan } = missedRule(index);
        return everybody([isIn('country', countries, true), isIn('plan', [plan])]);
      });
    case 'rollout':
      return [
        {
          name: 'flexibleRollout',
          parameters: { rollout: String(ROLLOUT_PERCENT), stickiness: 'userId', groupId: key },
          constraints: [],
        },
      ];
    case 'segment':
      return [everybody([], [1])];
  }
}

export const unleash: Engine = {
  name: 'Unleash',
  load: async (scenario, count) => {
    const features = flagKeys(count).map((name) => ({
      name,
      enabled: scenario !== 'off',
      strategies: strategies(scenario, name),
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
        segments: [{ id: 1, constraints: [isIn('country', SEGMENT_COUNTRIES)] }],
      } as unknown as NonNullable<ConstructorParameters<typeof Unleash>[0]['bootstrap']>,
    });
    client.on('error', () => undefined);
    client.on('warn', () => undefined);
    await new Promise<void>((resolve) => {
      client.once('ready', resolve);
    });
    const contexts = LISTENERS.map(({ key, country, plan, email }) => ({
      userId: key,
      properties: { country, plan, email },
    }));
    const keys = flagKeys(count);
    const ask = (flag: number, listener: number): boolean =>
      client.isEnabled(keys[flag]!, contexts[listener], DEFAULT);
    return { ask, run: loop(ask), close: () => client.destroy() };
  },
};
