import { GrowthBookClient, type UserContext } from '@growthbook/growthbook';
import { loaded, type Engine } from '../engine.ts';
import {
  MISSED_RULES,
  clauseCountries,
  flagKeys,
  missedRule,
  rolloutPercent,
  segmentCountries,
  segmentKey,
  segmentNumber,
  segmentNumbers,
  targetKeys,
  type Scenario,
} from '../scenarios.ts';

function rules(scenario: Scenario, flag: number): object[] {
  switch (scenario) {
    case 'off':
    case 'on':
      return [];
    case '10 targets':
      return [{ condition: { id: { $in: targetKeys(flag) } }, force: true }];
    case 'clause':
      return [{ condition: { country: { $in: clauseCountries(flag) } }, force: true }];
    case '5 rules missed':
      return Array.from({ length: MISSED_RULES }, (_, index) => {
        const { countries, plan } = missedRule(flag, index);
        return { condition: { country: { $nin: countries }, plan }, force: true };
      });
    case 'rollout':
      return [{ force: true, coverage: rolloutPercent(flag) / 100, hashAttribute: 'id' }];
    case 'segment':
      return [{ condition: { country: { $inGroup: segmentKey(segmentNumber(flag)) } }, force: true }];
  }
}

export const growthBook: Engine = {
  name: 'GrowthBook',
  load: (scenario, count) => {
    const features = Object.fromEntries(
      flagKeys(count).map((key, flag) => [
        key,
        { defaultValue: scenario === 'on', rules: rules(scenario, flag) },
      ]),
    );
    const savedGroups = Object.fromEntries(
      segmentNumbers().map((number) => [segmentKey(number), [...segmentCountries(number)]]),
    );
    const client = new GrowthBookClient().initSync({
      payload: { features, savedGroups },
    });
    return loaded<UserContext, boolean>(count, {
      contextOf: ({ key, country, plan, email }) => ({ attributes: { id: key, country, plan, email } }),
      evaluate: (key, context) => client.isOn(key, context),
      isTrue: (answer) => answer,
      close: () => client.destroy(),
    });
  },
};
