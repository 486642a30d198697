import { GrowthBookClient } from '@growthbook/growthbook';
import { loop, type Engine } from '../engine.ts';
import {
  CLAUSE_COUNTRY,
  LISTENERS,
  MISSED_RULES,
  ROLLOUT_PERCENT,
  SEGMENT_COUNTRIES,
  SEGMENT_KEY,
  TARGET_KEYS,
  flagKeys,
  missedRule,
  type Scenario,
} from '../scenarios.ts';

function rules(scenario: Scenario): object[] {
  switch (scenario) {
    case 'off':
    case 'on':
      return [];
    case '10 targets':
      return [{ condition: { id: { $in: TARGET_KEYS } }, force: true }];
    case 'clause':
      return [{ condition: { country: CLAUSE_COUNTRY }, force: true }];
    case '5 rules missed':
      return Array.from({ length: MISSED_RULES }, (_, index) => {
        const { countries, plan } = missedRule(index);
        return { condition: { country: { $nin: countries }, plan }, force: true };
      });
    case 'rollout':
      return [{ force: true, coverage: ROLLOUT_PERCENT / 100, hashAttribute: 'id' }];
    case 'segment':
      return [{ condition: { country: { $inGroup: SEGMENT_KEY } }, force: true }];
  }
}

export const growthBook: Engine = {
  name: 'GrowthBook',
  load: (scenario, count) => {
    const features = Object.fromEntries(
      flagKeys(count).map((key) => [key, { defaultValue: scenario === 'on', rules: rules(scenario) }]),
    );
    const client = new GrowthBookClient().initSync({
      payload: { features, savedGroups: { [SEGMENT_KEY]: SEGMENT_COUNTRIES } },
    });
    const contexts = LISTENERS.map(({ key, ...listener }) => ({ attributes: { id: key, ...listener } }));
    const keys = flagKeys(count);
    const ask = (flag: number, listener: number): boolean => client.isOn(keys[flag]!, contexts[listener]!);
    return { ask, run: loop(ask), close: () => client.destroy() };
  },
};
